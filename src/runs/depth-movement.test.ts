import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../test-folder.ts';
import { depthMovement, type StageRecord } from './index.ts';

function runWith(...steps: (Readonly<Record<string, StageRecord>> | undefined)[]): string {
  const dir = temporaryFolder();
  const rest = { epoch: 0, loss: 1, error: 50, lr: 0.1, imagesPerSecond: 9, seconds: 1 };
  const lines = steps.map((stages, i) => JSON.stringify({ step: i + 1, ...rest, ...(stages && { stages }) }));
  writeFileSync(join(dir, 'metrics.jsonl'), lines.map((line) => `${line}\n`).join(''));
  return dir;
}

it('measures the distance of every position between the first and the last step, over all stages', () => {
  const dir = runWith(
    { layer1: { tau: [1, 2] }, layer2: { tau: [1] } },
    { layer1: { tau: [9, 9] }, layer2: { tau: [9] } },
    { layer1: { tau: [1.5, 2] }, layer2: { tau: [0] } },
  );
  expect(depthMovement(dir)).toEqual({ coordinate: 'tau', mean: 0.5, max: 1 });
});

it('counts both ends of an interval, and names a step size', () => {
  const ends = runWith({ layer1: { tau: [0], tauEnd: [1] } }, { layer1: { tau: [0], tauEnd: [1.5] } });
  expect(depthMovement(ends)).toEqual({ coordinate: 'tau', mean: 0.25, max: 0.5 });
  const steps = runWith({ layer1: { step: [1] } }, { layer1: { step: [0.5] } });
  expect(depthMovement(steps)).toEqual({ coordinate: 'step size', mean: 0.5, max: 0.5 });
});

it('a vanilla run, a run of one step and an empty folder have no movement', () => {
  expect(depthMovement(runWith(undefined, undefined))).toBeUndefined();
  expect(depthMovement(runWith({ layer1: { tau: [1] } }))).toBeUndefined();
  expect(depthMovement(temporaryFolder())).toBeUndefined();
});
