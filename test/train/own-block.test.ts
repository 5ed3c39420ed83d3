/** `--block`: the example trains, its gradients are those of central differences, and a run keeps its block. */
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
import ts from 'typescript';
import { analyse } from '../../src/experiment/analyse/index.ts';
import { exportRun } from '../../src/cli/export-run.ts';
import { evaluateRunOrFile } from '../../src/cli/evaluate-run.ts';
import { exitCodes, FileError, UsageError } from '../../src/errors.ts';
import { relativeError } from '../../src/reference/index.ts';
import { createModel } from '../../src/models/index.ts';
import { depthMovement, readRun } from '../../src/runs/index.ts';
import { Generator, keep, noGrad, ops, scope, tensor } from '../../src/tensor/index.ts';
import { temporaryFolder } from '../../src/test-folder.ts';
import { loadBlockFile } from '../../src/train/block-file.ts';
import { makeModel } from '../../src/train/experiment.ts';
import {
  Learner,
  loadTrained,
  resolveConfig,
  resumeRun,
  startRun,
  type TrainOptions,
} from '../../src/train/index.ts';

const root = temporaryFolder();
const example = join(import.meta.dirname, '..', '..', 'examples', 'blocks', 'separable.ts');
/** Node 20 runs JavaScript only. */
const compiled = join(root, 'separable.mjs');
const source = ts.transpileModule(readFileSync(example, 'utf8'), {
  compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
}).outputText;
writeFileSync(compiled, source);

const settings: TrainOptions = {
  ...{
    dataset: 'synthetic-images',
    imageSize: 8,
    model: 'preresnet14',
    width: 4,
    block: compiled,
    threads: 1,
  },
  ...{ epochs: 1, batchSize: 64, limitEvalBatches: 1 },
};
const run = async (name: string, more: TrainOptions = {}, steps = Infinity): Promise<string> => {
  let taken = 0;
  const session = await startRun(resolveConfig({ ...settings, ...more }), {
    ...{ root, name },
    onProgress: ({ kind }) => {
      if (kind === 'step') taken++;
    },
    interrupted: () => (taken === steps ? exitCodes.interrupted : undefined),
  });
  return session.dir;
};

let dir = '';
beforeAll(async () => {
  dir = await run('own', { tauLrFactor: 10 });
});
const copyOf = (name: string): string => {
  cpSync(dir, join(root, name), { recursive: true });
  return join(root, name);
};
const weights = (folder: string): Buffer =>
  readFileSync(join(folder, 'checkpoints', 'last', 'model.safetensors'));

it.each(['mean-field', 'learned-step', 'vanilla'] as const)(
  'with the scheme %s, gradients of theta and the depth coordinates are those of central differences',
  (scheme) => {
    const config = resolveConfig({ ...settings, scheme, dtype: 'f64', smoothing: 0.1 });
    const sizes = { width: 4, inChannels: 1, classes: 3, dtype: 'f64' } as const;
    // Softplus in place of relu: the loss is smooth.
    const model = createModel(
      'resnet14',
      { ...sizes, activation: 'softplus', ownBlock: loadBlockFile(compiled).block, schedule: { scheme } },
      new Generator(2),
    );
    const learner = new Learner(model, config);
    const images = keep(new Generator(3).normal([6, 1, 8, 8], 'f64'));
    const labels = keep(tensor(BigInt64Array.from([0n, 1n, 2n, 0n, 1n, 2n])));
    const lossAt = (): number => scope(() => learner.lossAndGradients(images, labels).loss.item());
    const gradients = scope(() => {
      const found = learner.lossAndGradients(images, labels).gradients;
      return new Map([...found].map(([name, one]) => [name, one.toArray()]));
    });
    const own = [...model.parameters.keys()].filter((name) => /^layer1\.|^layer3\.[1-9t]/.test(name));
    expect(own).toContain('layer1.0.depthwise.weight');
    for (const name of own) {
      const one = model.parameters.get(name)!;
      const values = one.toArray();
      const size = 1e-5;
      for (const i of new Set([0, values.length >> 1, values.length - 1])) {
        const at = (value: number): number => {
          const moved = values.map((before, j) => (j === i ? value : before));
          noGrad(() => {
            scope(() => {
              ops.copy_(one, tensor(moved, one.shape, { dtype: 'f64' }));
            });
          });
          learner.projectAndSort();
          return lossAt();
        };
        const slope = (at(values[i]! + size) - at(values[i]! - size)) / (2 * size);
        at(values[i]!);
        expect(Math.abs(slope - gradients.get(name)![i]!), `${name}[${i}]`).toBeLessThan(1e-7);
      }
    }
  },
);

it('it trains an epoch: the loss falls, tau moves, and the vanilla twin starts alike', async () => {
  const steps = await readRun(dir).steps();
  expect(steps).toHaveLength(32);
  const late = steps.slice(-8).reduce((sum, { loss }) => sum + loss, 0) / 8;
  expect(late).toBeLessThan(0.85 * steps[0]!.loss);
  expect(depthMovement(dir)?.max).toBeGreaterThan(0.1);
  const plain = resolveConfig({ ...settings, block: undefined });
  const usual = makeModel(plain, { channels: 1, classes: ['a', 'b', 'c', 'd'] }, new Generator(1));
  expect(readRun(dir).result()!.parameters).toBeLessThan(usual.parameterCount);
  const vanilla = await run('vanilla', { scheme: 'vanilla', limitTrainBatches: 2 });
  expect((await readRun(vanilla).steps())[0]!.loss).toBe(steps[0]!.loss);
});

it('the run keeps a copy, with which it is evaluated, analysed and resumed to the same bits', async () => {
  expect(readFileSync(join(dir, 'block.mjs'), 'utf8')).toBe(source);
  expect(readRun(dir).environment()?.block).toBe(loadBlockFile(compiled).sha256);
  const moved = join(root, 'moved.mjs');
  writeFileSync(moved, source);
  const stopped = await run('stopped', { tauLrFactor: 10, block: moved }, 5);
  writeFileSync(moved, 'changed');
  await resumeRun(stopped);
  expect(weights(stopped).equals(weights(dir))).toBe(true);
  const { testError } = readRun(stopped).result()!;
  expect((await evaluateRunOrFile(stopped, {})).images).toBe(512);
  expect(testError).toBe(readRun(dir).result()!.testError);
  const options = { checkpoint: 'last', images: 16, gradientImages: 2, draws: 1, seed: 1 };
  expect((await analyse(stopped, options)).sections.flatMap(({ checks }) => checks)).toSatisfy(
    (checks: readonly { pass: boolean }[]) => checks.every(({ pass }) => pass),
  );
});

it('a copy that has changed or is missing is refused', async () => {
  const copy = copyOf('changed');
  writeFileSync(join(copy, 'block.mjs'), `${source}\n// more\n`);
  await expect(resumeRun(copy)).rejects.toThrow(/changed\/block.mjs has changed since the run started, /);
  await expect(evaluateRunOrFile(copy, {})).rejects.toThrow(UsageError);
  const other = copyOf('other');
  writeFileSync(join(other, 'block.mjs'), `${source}\n`);
  const environment = JSON.parse(readFileSync(join(other, 'env.json'), 'utf8')) as object;
  writeFileSync(join(other, 'env.json'), JSON.stringify({ ...environment, block: undefined }));
  await expect(evaluateRunOrFile(other, {})).rejects.toThrow(/a checkpoint of another model: its block is /);
  const lost = copyOf('lost');
  cpSync(join(dir, 'config.yaml'), join(lost, 'config.yaml'));
  rmSync(join(lost, 'block.mjs'));
  await expect(evaluateRunOrFile(lost, {})).rejects.toThrow(FileError);
});

it('it is exported as trained, and as ONNX; not as a plain ResNet', async () => {
  const request = { checkpoint: 'last', foldSteps: true };
  for (const to of ['safetensors', 'hub'] as const)
    expect(() =>
      exportRun(dir, { ...request, to, output: join(root, to === 'hub' ? 'hub' : 'net.safetensors') }),
    ).toThrow(
      /an own block is not a block of a plain ResNet: export to safetensors or torch with --no-fold-steps/,
    );
  expect(existsSync(join(root, 'hub'))).toBe(false);
  exportRun(dir, { ...request, output: join(root, 'net.safetensors'), foldSteps: false });
  expect(existsSync(join(root, 'net.safetensors'))).toBe(true);
  exportRun(dir, { ...request, output: join(root, 'net.onnx') });
  const session = await InferenceSession.create(join(root, 'net.onnx'), { intraOpNumThreads: 1 });
  const images = keep(new Generator(4).normal([3, 1, 8, 8]));
  const input = new OnnxTensor('float32', Float32Array.from(images.toArray()), [3, 1, 8, 8]);
  const { learner } = loadTrained(dir);
  const expected = noGrad(() => scope(() => learner.forward(images, false).toArray()));
  const { logits } = await session.run({ images: input });
  expect(relativeError(logits!.data as Float32Array, expected)).toBeLessThan(1e-5);
});

const typescript = 'typescript' in process.features && Boolean(process.features.typescript);
it.skipIf(!typescript)('a .ts file is used as it is (needs Node 22.18 or later)', async () => {
  const own = await run('ts', { tauLrFactor: 10, block: example });
  const losses = async (folder: string): Promise<number[]> =>
    (await readRun(folder).steps()).map(({ loss }) => loss);
  expect(await losses(own)).toEqual(await losses(dir));
  expect(existsSync(join(own, 'block.ts'))).toBe(true);
});

it.skipIf(typescript)('a .ts file on Node 20 is refused with the command that compiles it', () => {
  expect(() => loadBlockFile(example)).toThrow(
    /separable.ts: Node 20.* does not run TypeScript: use Node 22.18 or later, or compile it: npx esbuild .*separable.ts --outfile=.*separable.mjs$/,
  );
});

describe('a faulty block is refused in one line that names its file:', () => {
  const good = {
    init: 'return { w: rng.normal([channels, 1, 1]) };',
    forward: 'return ops.mul(x, theta.w);',
  };
  const write = (name: string, init: string, forward: string): string => {
    const file = join(root, `${name}.mjs`);
    writeFileSync(
      file,
      `export function init(rng, channels, { ops, zeros }) { ${init} }\nexport function forward(x, theta, { ops, zeros }) { ${forward} }\n`,
    );
    return file;
  };
  const make = (block: string): unknown =>
    makeModel(resolveConfig({ ...settings, block }), { channels: 1, classes: ['a', 'b'] }, new Generator(1));

  it('a good one is not', () => {
    expect(() => make(write('good', good.init, good.forward))).not.toThrow();
  });
  it.each([
    [
      'shape',
      good.init,
      'return ops.sum(x);',
      /forward returned shape \[\], expected a tensor \[2, 4, 8, 8\]$/,
    ],
    ['nothing', good.init, '', /forward returned undefined \(is a return missing\?\)/],
    [
      'promise',
      good.init,
      'return Promise.resolve(x);',
      /forward returned a promise: it must be synchronous$/,
    ],
    [
      'dtype',
      good.init,
      "return ops.toDtype(ops.mul(x, theta.w), 'f64');",
      /forward returned f64, expected f32/,
    ],
    [
      'unused',
      'return { w: rng.normal([channels, 1, 1]), u: zeros([1]) };',
      good.forward,
      /does not depend on u \(no gradient\)/,
    ],
    [
      'detached',
      good.init,
      'return ops.mul(x, ops.detach(theta.w));',
      /does not depend on w \(no gradient\)/,
    ],
    ['in-place', good.init, 'return ops.mul_(x, theta.w);', /forward/],
    ['relu-in-place', good.init, 'ops.relu_(x); return ops.mul(x, theta.w);', /forward changes its input/],
    ['throws', good.init, 'return theta.v.shape;', /forward: Cannot read properties of undefined/],
    ['operator', good.init, 'return ops.matmul(x, zeros([3]));', /forward: .*/],
    ['empty', 'return {};', good.forward, /init returned no parameters/],
    [
      'list',
      'return [rng.normal([1])];',
      good.forward,
      /init returned \[.*, expected an object of named tensors/,
    ],
    ['number', 'return { w: 3 };', good.forward, /init: w returned 3 \(number\), expected a tensor/],
    [
      'integer',
      "return { w: zeros([1], { dtype: 'i64' }) };",
      good.forward,
      /init: w is i64, expected f32 or f64/,
    ],
    ['name', "return { 'a b': zeros([1]) };", good.forward, /init: "a b" is not a name of a parameter/],
  ])('%s', (name, init, forward, message) => {
    const block = write(name, init, forward);
    expect(() => make(block)).toThrow(UsageError);
    expect(() => make(block)).toThrow(message);
    expect(() => make(block)).toThrow(block);
    expect(() => make(block)).not.toThrow(/\n/);
  });

  it.each([
    ['no-exports.mjs', 'export const init = () => ({});', /does not export a function forward/],
    ['syntax.mjs', 'export const = 3', /syntax.mjs cannot be loaded: /],
    [
      'import.mjs',
      "import { ops } from 'meanfield/tensor';\nexport const init = 1",
      /imports meanfield: a block is one file without imports/,
    ],
    ['relative.mjs', "export * from './other.mjs';", /imports .*other.mjs: a block is one file/],
    ['text.txt', '', /expected a file that ends with .ts, .mts, .js, .mjs$/],
  ])('%s', (name, text, message) => {
    const file = join(root, name);
    writeFileSync(file, text);
    expect(() => loadBlockFile(file)).toThrow(UsageError);
    expect(() => loadBlockFile(file)).toThrow(message);
    expect(() => loadBlockFile(file)).not.toThrow(/\n/);
  });

  it('a file that does not exist', () => {
    expect(() => loadBlockFile(join(root, 'none.mjs'))).toThrow(/none.mjs is not a file$/);
  });
});
