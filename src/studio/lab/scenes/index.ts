/** The pictures of the views: parts and cursor in, marks out. */
import type { ViewName } from '../knobs.ts';
import { costateScene } from './costate.ts';
import { flowScene } from './flow.ts';
import { gradientScene } from './gradient.ts';
import type { Scene } from './scene.ts';

export { noData, type PictureData, withPart } from './picture-data.ts';
export type { Cursor, Scene, SceneOptions } from './scene.ts';

export const scenes: Readonly<Partial<Record<ViewName, Scene>>> = {
  flow: flowScene,
  costate: costateScene,
  gradient: gradientScene,
};
