import { expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import {
  adamState,
  adamStep,
  relativeError,
  seededNormal,
  sgdStep,
  type SgdState,
} from '../reference/index.ts';
import { keep, liveTensorCount, noGrad, ops, scope, tensor, type Tensor } from '../tensor/index.ts';
import { Adam } from './adam.ts';
import type { Optimizer, ParameterGroup } from './optimizer.ts';
import { Sgd } from './sgd.ts';

const shapes: Readonly<Record<string, readonly number[]>> = { weight: [3, 2], bias: [4], tau: [2] };
const groupSettings = [
  { name: 'weights', members: ['weight'], weightDecay: 0.03 },
  { name: 'biases', members: ['bias'] },
  { name: 'tau', members: ['tau'], lrFactor: 0.1 },
] as const;

function makeParameters(): Map<string, Tensor> {
  const normal = seededNormal(1);
  return new Map(
    Object.entries(shapes).map(([name, shape]) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return [name, keep(tensor(Float64Array.from({ length: size }, normal), shape)).setRequiresGrad()];
    }),
  );
}

function groupsOf(parameters: ReadonlyMap<string, Tensor>): ParameterGroup[] {
  return groupSettings.map(({ members, ...settings }) => ({
    ...settings,
    parameters: new Map(members.map((name) => [name, parameters.get(name)!])),
  }));
}

const makeSgd = (momentum: number, nesterov: boolean) => (groups: ParameterGroup[]) =>
  new Sgd(groups, { momentum, nesterov });

type Reference = (
  name: string,
  values: Float64Array,
  gradient: Float64Array,
  lr: number,
  weightDecay: number,
) => void;

function referenceSgd(momentum: number, nesterov: boolean): Reference {
  const states = new Map<string, SgdState>();
  return (name, values, gradient, learningRate, weightDecay) => {
    const state = states.get(name) ?? {};
    states.set(name, state);
    sgdStep(values, gradient, state, { learningRate, momentum, nesterov, weightDecay });
  };
}

function referenceAdam(): Reference {
  const states = new Map(
    Object.entries(shapes).map(([name, shape]) => [name, adamState(shape.reduce((a, b) => a * b, 1))]),
  );
  return (name, values, gradient, learningRate, weightDecay) => {
    adamStep(values, gradient, states.get(name)!, { learningRate, weightDecay });
  };
}

/** Gradients of one step, drawn from a seed: the same for both. */
function gradientsAt(step: number): Map<string, Float64Array> {
  const normal = seededNormal(100 + step);
  return new Map(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, normal),
    ]),
  );
}

const rate = (step: number): number => 0.1 / (1 + step);

function advance(optimizer: Optimizer, from: number, to: number): void {
  for (let step = from; step < to; step++)
    scope(() => {
      const gradients = gradientsAt(step);
      optimizer.step(
        new Map([...gradients].map(([name, values]) => [name, tensor(values, shapes[name])])),
        rate(step),
      );
    });
}

const kinds: readonly (readonly [string, (groups: ParameterGroup[]) => Optimizer, () => Reference])[] = [
  ['plain SGD', makeSgd(0, false), () => referenceSgd(0, false)],
  ['SGD with momentum', makeSgd(0.9, false), () => referenceSgd(0.9, false)],
  ['SGD with Nesterov momentum', makeSgd(0.9, true), () => referenceSgd(0.9, true)],
  ['Adam', (groups) => new Adam(groups), referenceAdam],
];

it.each(kinds)(
  '%s: ten steps with decay and learning-rate factors equal the reference',
  (_, make, makeReference) => {
    const parameters = makeParameters();
    const expected = new Map([...parameters].map(([name, one]) => [name, Float64Array.from(one.toArray())]));
    const reference = makeReference();
    advance(make(groupsOf(parameters)), 0, 10);
    for (let step = 0; step < 10; step++)
      for (const { members, ...settings } of groupSettings)
        for (const name of members) {
          const { lrFactor = 1, weightDecay = 0 } = settings as { lrFactor?: number; weightDecay?: number };
          reference(
            name,
            expected.get(name)!,
            gradientsAt(step).get(name)!,
            rate(step) * lrFactor,
            weightDecay,
          );
        }
    for (const [name, values] of expected)
      expect(relativeError(parameters.get(name)!.toArray(), values), name).toBeLessThan(1e-14);
  },
);

it.each(kinds)('%s: saving and restoring in mid-run gives the same bits', (_, make) => {
  const [whole, broken] = [makeParameters(), makeParameters()];
  const uninterrupted = make(groupsOf(whole));
  advance(uninterrupted, 0, 8);
  const first = make(groupsOf(broken));
  advance(first, 0, 3);
  const saved = new Map([...first.state].map(([name, one]) => [name, one.toArray()]));
  const second = make(groupsOf(broken));
  expect([...second.state.keys()]).toEqual([...saved.keys()]);
  noGrad(() => {
    scope(() => {
      for (const [name, values] of saved)
        ops.copy_(second.state.get(name)!, tensor(Float64Array.from(values), second.state.get(name)!.shape));
    });
  });
  second.updates = first.updates;
  advance(second, 3, 8);
  expect(second.updates).toBe(8);
  for (const [name, one] of whole) expect(broken.get(name)!.toArray(), name).toEqual(one.toArray());
  for (const [name, one] of uninterrupted.state)
    expect(second.state.get(name)!.toArray()).toEqual(one.toArray());
});

it('the state is named by parameter, and plain SGD has none', () => {
  const groups = groupsOf(makeParameters());
  expect(new Sgd(groups).state.size).toBe(0);
  expect([...new Sgd(groups, { momentum: 0.5 }).state.keys()]).toEqual([
    'momentum.weight',
    'momentum.bias',
    'momentum.tau',
  ]);
  expect(new Adam(groups).state.get('second.weight')?.shape).toEqual([3, 2]);
});

it('a learning-rate factor of 0 leaves a group bit-identical', () => {
  const parameters = makeParameters();
  const before = parameters.get('tau')!.toArray();
  const [weights, , tau] = groupsOf(parameters);
  const optimizer = new Sgd([weights!, { ...tau!, lrFactor: 0 }], { momentum: 0.9, nesterov: true });
  advance(optimizer, 0, 5);
  expect(parameters.get('tau')!.toArray()).toEqual(before);
});

it('an update is not recorded and leaves nothing alive', () => {
  const parameters = makeParameters();
  for (const make of [makeSgd(0.9, true), (groups: ParameterGroup[]) => new Adam(groups)]) {
    const optimizer = make(groupsOf(parameters));
    const before = liveTensorCount();
    advance(optimizer, 0, 3);
    expect(liveTensorCount()).toBe(before);
    // A recorded in-place change of a leaf would throw; recorded state would require gradients.
    for (const one of optimizer.state.values()) expect(one.requiresGrad).toBe(false);
  }
});

it('invalid settings are rejected by name', () => {
  const groups = groupsOf(makeParameters());
  const expectRejected = (make: () => unknown, message: RegExp): void => {
    expect(make).toThrow(UsageError);
    expect(make).toThrow(message);
  };
  expectRejected(() => new Sgd(groups, { momentum: 1 }), /< 1 for momentum, got 1/);
  expectRejected(() => new Sgd(groups, { nesterov: true }), /Nesterov needs a momentum above 0/);
  expectRejected(() => new Adam(groups, { beta2: 1 }), /beta2/);
  expectRejected(() => new Adam(groups, { epsilon: 0 }), /epsilon/);
  expectRejected(() => new Sgd([{ ...groups[0]!, weightDecay: -1 }]), /weight decay of weights/);
  expectRejected(() => new Sgd([{ ...groups[2]!, lrFactor: Number.NaN }]), /learning-rate factor of tau/);
  expectRejected(() => {
    new Sgd(groups).step(new Map(), 0.1);
  }, /no gradient for the parameter weight/);
});
