/** Computes small pictures ahead of the first request, so that it runs on optimised code. */
import { labState } from '../lab/state.ts';
import { computeView, views } from '../lab/views/index.ts';
import { nativeEngine } from './native-engine.ts';

export function warmUp(): void {
  for (const view of Object.keys(views))
    computeView(
      labState({ view, points: 20, depth: 4, particles: 4, steps: 3, trained: 2 }),
      nativeEngine,
      () => undefined,
    );
}
