/** The pictures of the views: from parts and cursor to marks. */
import type { ViewName } from '../knobs.ts';
import { algorithmScene } from './algorithm.ts';
import { costateScene } from './costate.ts';
import { descentScene } from './descent.ts';
import { expansionScene } from './expansion.ts';
import { flowScene } from './flow.ts';
import { gradientScene } from './gradient.ts';
import { regimesScene } from './regimes.ts';
import type { Scene } from './scene.ts';
import { trainingScene } from './training.ts';

export { noData, type PictureData, withPart } from './picture-data.ts';
export type { Cursor, Scene, SceneOptions } from './scene.ts';

export const scenes: Readonly<Record<ViewName, Scene>> = {
  flow: flowScene,
  costate: costateScene,
  gradient: gradientScene,
  descent: descentScene,
  training: trainingScene,
  regimes: regimesScene,
  expansion: expansionScene,
  algorithm: algorithmScene,
};
