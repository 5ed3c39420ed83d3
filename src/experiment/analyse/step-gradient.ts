/** The functional gradient at the trained weights: every block of a stage at every depth of it. */
import { crossEntropy, evaluationMode } from '../../nn/index.ts';
import type { AnalysisSection } from '../../runs/index.ts';
import {
  enableGrad,
  grad,
  keep,
  noGrad,
  ops,
  scope,
  tensor,
  type Tensor,
  zeros,
} from '../../tensor/index.ts';
import { type Linearised, overBatches } from './linearised.ts';
import { type OpenNet, blockSlices } from './net.ts';
import { atMost } from '../../theory/index.ts';
import type { Batch } from './plans.ts';
import { section, short } from './section.ts';

interface StageGradient {
  readonly stage: string;
  /** particles[l] acts in step l; row i of `values` belongs to the block of step i. */
  readonly particles: readonly number[];
  /** values[i][l] = G(theta^i, t_l) = mean_x f(X^l, theta^i) . M p^{l+1}. */
  readonly values: readonly (readonly number[])[];
  /** dE/dh_l by automatic differentiation. */
  readonly inStep: readonly number[];
}

interface StepGradient {
  readonly stages: readonly StageGradient[];
  /** Largest difference between the diagonal and dE/dh, relative to the largest dE/dh. */
  readonly diagonalError: number;
}

/** f(X^l, theta^i) . M p^{l+1} summed over images, for all i and l of stage s: rows i. */
function productsOf(net: OpenNet, { links }: Linearised, costates: readonly Tensor[], s: number): number[][] {
  const { blocks } = net.stages[s]!;
  const rows = blocks.map(() => new Array<number>(blocks.length).fill(0));
  links.forEach((link, at) => {
    if (link.kind !== 'block' || link.s !== s) return;
    const q = link.mask(costates[at + 1]!);
    blocks.forEach((block, i) => {
      rows[i]![link.l] = scope(() => ops.sum(ops.mul(block.velocity(link.before), q)).item());
    });
  });
  return rows;
}

export function measureStepGradient(net: OpenNet, batches: readonly Batch[]): StepGradient {
  const sums = net.stages.map(({ blocks }) => blocks.map(() => new Array<number>(blocks.length).fill(0)));
  const count = overBatches(net, batches, (linear, costates) => {
    net.stages.forEach((_, s) => {
      productsOf(net, linear, costates, s).forEach((row, i) => {
        row.forEach((value, l) => (sums[s]![i]![l]! += value));
      });
    });
  });
  const derivatives = stepDerivatives(net, batches);
  const stages = net.stages.map(({ name, order }, s): StageGradient => ({
    stage: name,
    particles: order,
    values: sums[s]!.map((row) => row.map((value) => value / count)),
    inStep: derivatives[s]!,
  }));
  return { stages, diagonalError: diagonalError(stages) };
}

/** Largest difference relative to the largest derivative, over all stages. */
export function diagonalError(stages: readonly StageGradient[]): number {
  const pairs = stages.flatMap(({ values, inStep }) =>
    inStep.map((slope, l) => ({ slope, difference: Math.abs((values[l]?.[l] ?? NaN) - slope) })),
  );
  if (!pairs.length) return 0;
  const largest = Math.max(...pairs.map(({ slope }) => Math.abs(slope)));
  return Math.max(...pairs.map(({ difference }) => difference)) / (largest || 1);
}

/** dE/dh_l of every stage, by automatic differentiation of the mean loss through a net whose steps are tensors. */
function stepDerivatives(net: OpenNet, batches: readonly Batch[]): number[][] {
  const { dtype } = batches[0]!.images;
  const steps = net.stages.map(({ steps: h }) => keep(tensor(h, [h.length], { dtype: dtype as 'f64' })));
  const sums = steps.map((h) => keep(zeros(h.shape, { dtype })));
  const used = steps.filter((h) => h.size > 0);
  let count = 0;
  try {
    for (const h of used) h.setRequiresGrad();
    for (const { images, labels } of batches)
      scope(() => {
        const slopes = enableGrad(() => {
          let state = net.begin(images);
          net.stages.forEach((flow, s) => {
            const sizes = steps[s]!.size ? ops.unbind(steps[s]!, 0) : [];
            state = flow.stage.enter(state, evaluationMode);
            blockSlices(flow).forEach((slice, l) => {
              state = flow.projection.apply(slice.step(state, sizes[l]!));
            });
          });
          return used.length ? grad(crossEntropy(net.end(state), labels), used) : [];
        });
        count += labels.size;
        noGrad(() => {
          used.forEach((h, i) => {
            ops.add_(sums[steps.indexOf(h)]!, slopes[i]!, labels.size);
          });
        });
      });
    return sums.map((sum) => sum.toArray().map((value) => value / count));
  } finally {
    for (const one of [...steps, ...sums]) one.dispose();
  }
}

export function stepGradientSection({ stages, diagonalError: error }: StepGradient): AnalysisSection {
  const shown = stages.filter(({ particles }) => particles.length);
  const cells = shown.flatMap(({ stage, values, particles }) =>
    values.flatMap((row, i) =>
      row.map((value, l) => ({ stage, value, own: i === l, block: particles[i] ?? i, l })),
    ),
  );
  const own = cells.filter((cell) => cell.own);
  const [deepest] = [...cells].sort((a, b) => a.value - b.value);
  return section({
    id: 'step-gradient',
    title: 'The functional gradient at the trained blocks',
    question: 'Where in depth would adding which block lower the loss? G = dE/drho at the trained weights.',
    sentence: deepest
      ? `On the diagonal, which is the derivative in the step sizes, G lies between ${short(Math.min(...own.map(({ value }) => value)))} and ${short(Math.max(...own.map(({ value }) => value)))}. Its minimum is ${short(deepest.value)}: block ${deepest.block} of ${deepest.stage}${deepest.own ? ' at its own place' : ` at place ${deepest.l + 1} of its stage`}.`
      : 'There are no exchangeable blocks.',
    caption:
      'Row: a block, in the order of the flow and labelled by its number. Column: a place in depth. Blue (below 0): adding a little of this block at that place would lower the loss; orange: raise it. Outlined: the block’s own place, where G = dE/dh.',
    checks: own.length
      ? [atMost({ name: 'diagonal of G against dE/dh by autograd, relative error', measured: error }, 1e-10)]
      : [],
    reported: deepest
      ? {
          'G, least': deepest.value,
          'G, greatest': Math.max(...cells.map(({ value }) => value)),
          'dE/dh, greatest in size': Math.max(...own.map(({ value }) => Math.abs(value))),
        }
      : {},
    heatMaps: shown.map(({ stage, values, particles }) => ({
      title: stage,
      x: { title: 'place in depth', labels: particles.map((_, l) => String(l + 1)) },
      y: { title: 'block', labels: particles.map(String) },
      values,
    })),
  });
}
