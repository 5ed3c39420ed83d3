/** python/meanfield_runs.py against our own readers, if python3 (or $PYTHON) has pandas and yaml. */
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeFakeRun } from '../../src/runs/fake-run.ts';
import { readRun } from '../../src/runs/index.ts';
import { temporaryFolder } from '../../src/test-folder.ts';

const python = process.env.PYTHON ?? 'python3';
const folder = fileURLToPath(new URL('../../python', import.meta.url));
const hasPandas = spawnSync(python, ['-c', 'import pandas, yaml']).status === 0;

/** Runs statements after `from meanfield_runs import *`; the last line is an expression that json can write. */
function evaluate(root: string, expression: string): unknown {
  const code = `import json\nfrom meanfield_runs import *\nroot = ${JSON.stringify(root)}\nprint(json.dumps(${expression}))`;
  return JSON.parse(execFileSync(python, ['-c', code], { cwd: folder, encoding: 'utf8' }));
}

describe.skipIf(!hasPandas)(`runs in pandas (needs ${python} with pandas and yaml)`, () => {
  let root: string;
  let dir: string;
  beforeAll(() => {
    root = temporaryFolder();
    dir = writeFakeRun(root, { name: 'moving', scheme: 'intervals', epochs: 2, stepsPerEpoch: 4 });
    writeFakeRun(root, { name: 'plain', scheme: 'vanilla', stopAt: 3 });
  });

  it('has a row per run with its settings and the numbers of its result', () => {
    const rows = evaluate(root, 'json.loads(runs(root).to_json(orient="records"))') as Record<
      string,
      unknown
    >[];
    const result = readRun(dir).result()!;
    expect(rows.map(({ run }) => run)).toEqual(['moving', 'plain']);
    expect(rows[0]).toMatchObject({ scheme: 'intervals', state: 'finished', tau_lr_factor: 0.1 });
    expect(rows[0]!.test_error).toBeCloseTo(result.testError, 9);
    expect(rows[1]).toMatchObject({ state: 'running', test_error: null });
  });

  it('has every step, every position and every change of order to the last bit', async () => {
    const records = await readRun(dir).steps();
    const read = evaluate(
      dir,
      '[steps(root).loss.tolist(), tau(root).tau.tolist(), tau(root).tau_end.tolist(), swaps(root).step.tolist()]',
    );
    const stages = records.flatMap((record) => Object.values(record.stages!));
    expect(read).toEqual([
      records.map(({ loss }) => loss),
      stages.flatMap((stage) => stage.tau!),
      stages.flatMap((stage) => stage.tauEnd!),
      (await readRun(dir).swaps()).map(({ step }) => step),
    ]);
  });

  it('leaves out a line that is cut off, and has no positions of a vanilla run', () => {
    appendFileSync(join(dir, 'metrics.jsonl'), '{"step":9,"epo');
    expect(evaluate(dir, 'len(steps(root))')).toBe(8);
    expect(evaluate(join(root, 'plain'), 'len(tau(root))')).toBe(0);
  });
});
