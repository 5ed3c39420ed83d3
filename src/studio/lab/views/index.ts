/** The views by name, and their computation, with a limit on the size of the problem. */
import { UsageError } from '../../../errors.ts';
import { formatPower } from '../../../draw/index.ts';
import type { Engine } from '../engine.ts';
import { type NumberKnob, type ViewKnob, viewKnobs, type ViewState } from '../knobs.ts';
import type { Emit, Part } from '../parts.ts';
import * as all from './all.ts';
import type { View } from './view.ts';

export type ViewName = keyof typeof all;
export const views: Readonly<Record<ViewName, View>> = all;
export const viewNames = Object.keys(views) as readonly ViewName[];

/** All knobs as plain values: the content of a URL. */
export type LabState = ViewState & { readonly view: ViewName };

/** Limit of `bottleneck tanh` block evaluations per engine, about ten seconds on one core. */
export const costBounds: Readonly<Record<Engine['name'], number>> = { native: 4e9, reference: 4e8 };

/** Measured cost of other blocks relative to these. */
const activationCosts: Readonly<Record<LabState['activation'], number>> = {
  relu: 1,
  tanh: 1,
  softplus: 2,
  erf: 4,
  gelu: 5,
};
const familyCosts: Readonly<Record<LabState['family'], number>> = { bottleneck: 1, matrix: 3 };

/** Knobs whose reduction makes a picture cheaper. */
const sizes = {
  fewer: ['points', 'particles', 'steps', 'trained', 'blocks'],
  smaller: ['depth', 'order'],
} as const;

/** A knob is suggested if halving it reduces the cost at least to this share. */
const worthwhile = 0.8;

/** Suggests knobs to reduce: `fewer points N (now 1000) or steps (150), or a smaller depth L (200)`. */
function whatToLower(state: LabState): string {
  const { cost, knobs: own } = views[state.view];
  const helps = (name: ViewKnob): boolean => {
    const { min } = viewKnobs[name] as NumberKnob;
    const half = Math.max(min, Math.floor(Number(state[name]) / 2));
    return own.includes(name) && cost({ ...state, [name]: half }) <= worthwhile * cost(state);
  };
  const said = (names: readonly ViewKnob[]): string[] =>
    names.filter(helps).map((name, i) => `${viewKnobs[name].label} (${i === 0 ? 'now ' : ''}${state[name]})`);
  const [fewer, smaller] = [said(sizes.fewer), said(sizes.smaller)];
  return [
    ...(fewer.length > 0 ? [`fewer ${listed(fewer)}`] : []),
    ...(smaller.length > 0 ? [`a smaller ${listed(smaller)}`] : []),
  ].join(', or ');
}

const listed = (items: readonly string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`;

/** @throws UsageError with a one-line message for a problem that would take an engine too long */
export function checkCost(state: LabState, engine: Engine['name']): void {
  const weight = activationCosts[state.activation] * familyCosts[state.family];
  const cost = weight * views[state.view].cost(state);
  const bound = costBounds[engine];
  if (cost <= bound) return;
  const others = weight > 1 ? ', or bottleneck blocks with tanh' : '';
  throw new UsageError(
    `this picture needs about ${formatPower(cost)} evaluations of a block on a point, ` +
      `and the ${engine} engine takes at most ${formatPower(bound)}: take ${whatToLower(state)}${others}`,
  );
}

/**
 * Computes the picture of a state, part by part.
 *
 * @throws UsageError with a one-line message for a problem that is too large, unusable data, or a training that
 *   diverges
 */
export function computeView(state: LabState, engine: Engine, emit: Emit): void {
  checkCost(state, engine.name);
  views[state.view].compute(state, engine, emit);
}

/** All parts of the picture of a state. @throws UsageError as {@link computeView} */
export function computedParts(state: LabState, engine: Engine): Part[] {
  const parts: Part[] = [];
  computeView(state, engine, (part) => {
    parts.push(part);
  });
  return parts;
}
