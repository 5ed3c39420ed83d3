/** Compares the adjoint of the discrete flow, slice by slice, with autograd of the whole flow. */
import { describe, expect, it } from 'vitest';
import {
  adjointFlow,
  type Block,
  flow,
  identity,
  projectPositive,
  type Projection,
  sliceOf,
  type StepSize,
  trajectory,
} from '../../src/mean-field/index.ts';
import * as kinds from '../../src/models/blocks/all.ts';
import { relativeError } from '../../src/reference/index.ts';
import { Generator, grad, keep, ops, tensor, type Tensor } from '../../src/tensor/index.ts';
import { numbers, setValues, Worst } from './nets.ts';

const generator = new Generator(5);
const placement = { dtype: 'f64', device: 'cpu' } as const;
const channels = 3;
const shape = [4, channels, 5, 5];

/** Both variants of every kind of block. */
const makers = Object.fromEntries(
  Object.entries(kinds).flatMap(([kind, { post, pre }]) => [
    [`post-activation ${kind}`, post],
    [`pre-activation ${kind}`, pre],
  ]),
);
const branchSizes = { inChannels: channels, innerChannels: 4, outChannels: channels, stride: 1, groups: 2 };

function branches(kind: string, count: number): Block[] {
  return Array.from({ length: count }, () => {
    const options = { ...branchSizes, activation: 'relu', generator, placement } as const;
    const branch = makers[kind]!(options);
    for (const [name, one] of branch.parameters)
      if (name.startsWith('bn'))
        setValues(
          one,
          numbers(one).map((v, i) => v + 0.2 * Math.sin(i + 1)),
        );
    return branch.inMode({ training: true });
  });
}

/** A block whose derivative needs its own value, and a block that returns the state itself. */
const tanhBlock: Block = {
  velocity: (state, h) => (h ? ops.mul(ops.tanh(state), h) : ops.tanh(state)),
};
const stateBlock: Block = { velocity: (state, h) => (h ? ops.mul(state, h) : state) };

const scalar = (value: number): Tensor => keep(tensor([value], [], { dtype: 'f64' }));
const stepSets: Readonly<Record<string, readonly StepSize[]>> = {
  'numbers other than 1': [0.7, 0.2, 1.6, 0.4],
  'numbers, 1 and 0 among them': [1, 0, 0.5, 1],
  scalars: [0.7, 1, 0, 1.4].map(scalar),
};
const projections: readonly (readonly [string, Projection])[] = [
  ['no projection', identity],
  ['the positive projection', projectPositive],
];

function plain(
  blocks: readonly Block[],
  state: Tensor,
  steps: readonly StepSize[],
  projection: Projection,
): Tensor[] {
  const states = [state];
  blocks.forEach((block, l) => {
    const [before, h] = [states[l]!, steps[l]!];
    const factor = typeof h === 'number' ? tensor([h], [], { dtype: 'f64' }) : h;
    const sum = ops.add(before, ops.mul(block.velocity(before), factor));
    states.push(projection === projectPositive ? ops.relu(sum) : sum);
  });
  return states;
}

describe.each(projections)('%s', (_, projection) => {
  it.each(
    Object.keys(stepSets).flatMap((steps) =>
      [...Object.keys(makers), 'generic'].map((blocks) => [blocks, steps] as const),
    ),
  )('%s blocks with steps that are %s: states and costates equal autograd', (kind, stepKind) => {
    const steps = stepSets[stepKind]!;
    const blocks = kind === 'generic' ? [tanhBlock, stateBlock, tanhBlock, stateBlock] : branches(kind, 4);
    const slices = blocks.map(sliceOf);
    const start = generator.normal(shape, 'f64').setRequiresGrad();
    const costate = generator.normal(shape, 'f64');
    const expected = plain(blocks, start, steps, projection);
    const gradients = grad(expected.at(-1)!, expected.slice(0, -1), {
      cotangents: [costate],
      retainGraph: true,
    });
    const worst = new Worst();

    const states = trajectory(slices, ops.detach(start), steps, projection);
    expect(states).toHaveLength(5);
    states.forEach((state, l) => {
      worst.add(`state ${l}`, relativeError(numbers(state), numbers(expected[l]!)));
    });
    const end = flow(slices, ops.detach(start), steps, projection);
    expect(numbers(end)).toEqual(numbers(states[4]!));

    const costates = adjointFlow(slices, states, steps, costate, projection);
    expect(costates).toHaveLength(5);
    expect(costates[4]).toBe(costate);
    expect(costates.slice(0, 4).some((one) => one.requiresGrad)).toBe(false);
    gradients.forEach((gradient, l) => {
      worst.add(`costate ${l}`, relativeError(numbers(costates[l]!), numbers(gradient)));
    });

    // Autograd differentiates the flow like the plain composition.
    const leaf = ops.detach(start).setRequiresGrad();
    const [through] = grad(flow(slices, leaf, steps, projection), [leaf], { cotangents: [costate] });
    worst.add('autograd of flow', relativeError(numbers(through!), numbers(gradients[0]!)));

    const one = sliceOf(blocks[0]!).adjoint(ops.detach(start), costate, steps[0]!);
    const [direct] = grad(ops.add(start, ops.mul(blocks[0]!.velocity(start), asScalar(steps[0]!))), [start], {
      cotangents: [costate],
    });
    worst.add('adjoint of a slice', relativeError(numbers(one), numbers(direct!)));
    worst.expectBelow(1e-12);
  });
});

function asScalar(h: StepSize): Tensor {
  return typeof h === 'number' ? tensor([h], [], { dtype: 'f64' }) : h;
}

it('the adjoint costate under the positive projection is masked where the state is zero', () => {
  const state = tensor([-1, 2, 0.5], [3], { dtype: 'f64' });
  const slice = sliceOf({ velocity: (x, h) => ops.mul(ops.tanh(x), h ?? asScalar(1)) });
  const states = trajectory([slice], state, [0.5], projectPositive);
  const [before] = adjointFlow(
    [slice],
    states,
    [0.5],
    tensor([1, 1, 1], [3], { dtype: 'f64' }),
    projectPositive,
  );
  const expected = [0, 1 + 0.5 * (1 - Math.tanh(2) ** 2), 1 + 0.5 * (1 - Math.tanh(0.5) ** 2)];
  expect(relativeError(before!.toArray(), expected)).toBeLessThan(1e-15);
});
