/** A user's residual block f(x, theta) as the particle of every stage. */
import { checkObject, show } from '../check.ts';
import { MeanfieldError, UsageError } from '../errors.ts';
import type { Block } from '../mean-field/index.ts';
import { checkReturned } from '../mean-field/user-function.ts';
import { type NamedTensors, parameter } from '../nn/index.ts';
import { enableGrad, Generator, grad, ones, ops, scope, Tensor, zeros } from '../tensor/index.ts';
import type { Branch, BranchOptions } from './blocks/branch.ts';

/** The parameters of one block by name, such as `conv.weight`. */
export type OwnParameters = Readonly<Record<string, Tensor>>;

/** The third argument of both functions: a block needs no imports. */
export interface OwnBlockTools {
  /** The operators of `meanfield/tensor`. */
  readonly ops: typeof ops;
  readonly zeros: typeof zeros;
  readonly ones: typeof ones;
  /** False in evaluation. */
  readonly training: boolean;
}

/** The exports of a block's file. */
export interface OwnBlock {
  /**
   * The initial parameters of one block.
   *
   * @param rng - draws from the run's seed: `rng.normal([n])`, `rng.uniform([n])`
   * @param channels - channels of the state in this stage
   */
  readonly init: (rng: Generator, channels: number, tools: OwnBlockTools) => OwnParameters;
  /**
   * f(x, theta), without the step: the flow computes P(x + h f).
   *
   * @param x - [B, channels, H, W]; it must not change
   * @returns a tensor of the shape of x
   */
  readonly forward: (x: Tensor, theta: OwnParameters, tools: OwnBlockTools) => Tensor;
}

/** A block with the file it comes from, for errors. */
export interface NamedBlock extends OwnBlock {
  readonly name: string;
}

const toolsIn = (training: boolean): OwnBlockTools => ({ ops, zeros, ones, training });
const [training, evaluation] = [toolsIn(true), toolsIn(false)];

/** Calls a function of the block. @throws UsageError that names the file for any error in it */
function call<T>(where: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof UsageError && error.message.startsWith(where)) throw error;
    const text = error instanceof Error ? error.message : show(error);
    throw new UsageError(
      `${where}: ${text.split('\n')[0]}`,
      error instanceof MeanfieldError ? error : undefined,
    );
  }
}

/** A particle of a stage with the parameters that `init` gives. @throws UsageError for a block that cannot be trained */
export function ownBranch(block: NamedBlock, options: Omit<BranchOptions, 'groups'>): Branch {
  checkObject('a block with init and forward', 'block', block, 'name', 'init', 'forward');
  const parameters = initialParameters(block, options);
  const theta = Object.fromEntries(parameters);
  const f = (state: Tensor, tools: OwnBlockTools): Tensor => {
    const where = `${block.name}: forward`;
    return call(where, () => {
      const found = checkReturned(where, block.forward(state, theta, tools), { shape: state.shape });
      // Under autocast, operators choose between f32 and bf16.
      if (found.dtype !== state.dtype && found.dtype !== 'bf16' && state.dtype !== 'bf16')
        throw new UsageError(`${where} returned ${found.dtype}, expected ${state.dtype} as its input`);
      return found;
    });
  };
  checkTrainable(block, parameters, options, f);
  const inMode = (tools: OwnBlockTools): Block => ({
    velocity: (state, h) => scope(() => (h ? ops.mul(f(state, tools), h) : f(state, tools))),
  });
  return {
    parameters,
    buffers: new Map(),
    inMode: (mode) => inMode(mode.training ? training : evaluation),
  };
}

function initialParameters(
  { name, init }: NamedBlock,
  { inChannels, generator, placement }: Pick<BranchOptions, 'inChannels' | 'generator' | 'placement'>,
): NamedTensors {
  const where = `${name}: init`;
  return scope(() => {
    const made = call(where, () => init(generator, inChannels, training)) as unknown;
    const isRecord =
      typeof made === 'object' && made !== null && !(made instanceof Tensor) && !Array.isArray(made);
    if (!isRecord)
      throw new UsageError(`${where} returned ${show(made)}, expected an object of named tensors`);
    const entries = Object.entries(made);
    if (entries.length === 0)
      throw new UsageError(`${where} returned no parameters: a block needs at least one`);
    return new Map(
      entries.map(([key, value]) => {
        if (!/^[A-Za-z_][\w.]*$/.test(key) || key.endsWith('.'))
          throw new UsageError(`${where}: ${show(key)} is not a name of a parameter, such as conv.weight`);
        const tensor = checkReturned(`${where}: ${key}`, value, {});
        if (tensor.dtype !== 'f32' && tensor.dtype !== 'f64')
          throw new UsageError(`${where}: ${key} is ${tensor.dtype}, expected f32 or f64`);
        return [key, parameter(() => tensor, placement)];
      }),
    );
  });
}

/** Tries a block on a small random state. @throws UsageError for a parameter without a gradient, or a changed input */
function checkTrainable(
  { name }: NamedBlock,
  parameters: NamedTensors,
  { inChannels, placement }: Pick<BranchOptions, 'inChannels' | 'placement'>,
  f: (state: Tensor, tools: OwnBlockTools) => Tensor,
): void {
  scope(() => {
    enableGrad(() => {
      // Its own generator: the run's draws stay as they are.
      const draw = parameter(() => new Generator(1).normal([2, inChannels, 8, 8]), placement);
      const state = ops.detach(draw);
      const before = ops.clone(state);
      const velocity = f(state, training);
      if (!ops.equal(state, before))
        throw new UsageError(`${name}: forward changes its input: use operators without a final underscore`);
      for (const [key, one] of parameters)
        if (!hasGradient(velocity, one))
          throw new UsageError(
            `${name}: forward does not depend on ${key} (no gradient): use it, or leave it out of init`,
          );
      draw.dispose();
    });
  });
}

function hasGradient(output: Tensor, input: Tensor): boolean {
  if (!output.requiresGrad) return false;
  try {
    scope(() => {
      const { shape, dtype, device } = output;
      grad(output, [input], { cotangents: [ones(shape, { dtype, device })], retainGraph: true });
    });
    return true;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}
