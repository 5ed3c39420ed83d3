/** The gains of a grid with their uncertainty, and when its blocks change order. */
import { series, textWidth } from '../draw/index.ts';
import type { Reproduction } from '../runs/index.ts';
import type { PairedGain } from '../stats/index.ts';
import { type Figure, panelWidth } from './figure.ts';
import { dot, intervalBar, rowChart, tick } from './rows.ts';
import { stackedBars, swapTable } from './swaps.ts';

const maxName = 420;

/**
 * Every comparison: seeds as dots, the mean with its interval, and 0.
 *
 * @param gainText - formats a gain
 */
export function gainsFigure(
  { rows }: Reproduction,
  gainText: (gain: PairedGain) => string,
): Figure | undefined {
  const several = rows.filter(({ comparisons }) => comparisons.length).length > 1;
  const all = rows.flatMap(({ network, comparisons }) =>
    comparisons.map((one) => ({
      ...one,
      name: `${several ? `${network}: ` : ''}${one.arm} – ${one.against}`,
    })),
  );
  if (!all.length) return undefined;
  const names = all.map(({ name }) => name);
  const texts = all.map(({ gain }) => gainText(gain));
  // A single pair has a very wide interval, so the dots determine the range of the axis.
  const reach = Math.max(0.1, ...all.flatMap(({ gain, gains }) => [gain.mean, ...gains]).map(Math.abs)) * 1.6;
  const clip = (value: number): number => Math.min(Math.max(value, -reach), reach);
  const widest = (list: readonly string[]): number => Math.max(...list.map((text) => textWidth(text, 12)));
  // The figure has the width of the page: names and numbers go beside a plot of the default width.
  const beside = Math.min(maxName, widest(names)) + widest(texts) + 32;
  const title = 'gain in points: error of the second minus error of the first';
  const alt = names.map((name, i) => `${name}: ${texts[i] ?? ''}`).join('; ');
  return {
    id: 'gains',
    title: 'Gains',
    caption:
      'One dot per seed: both runs of a pair share initial weights, order of data and augmentation. Bar: 95 % confidence interval of the mean (Student), clipped at the frame. If a bar covers 0, these runs show no difference.',
    alt,
    panels: [
      {
        id: 'gains',
        draw: (theme) =>
          rowChart(
            {
              width: panelWidth + beside,
              names,
              maxName,
              rowHeight: 26,
              axis: { from: -reach, to: reach, title, ticks: 5 },
              texts,
              description: alt,
            },
            theme,
            (i, { sx, sy }) => {
              const { gain, gains } = all[i]!;
              const [low, high] = gain.interval ?? [gain.mean, gain.mean];
              return [
                intervalBar(sx(clip(low)), sx(clip(high)), sy(i), theme.muted),
                ...gains.map((one) => dot(sx(one), sy(i), series[0]![theme.name], theme, 3.6)),
                tick(sx(gain.mean), sy(i), theme, 15),
              ];
            },
            ({ sx, top, height }) => [
              {
                kind: 'path',
                points: [sx(0), top, sx(0), top + height],
                stroke: theme.rule,
                lineWidth: 1.5,
              },
            ],
          ),
        table: {
          header: ['comparison', 'gain', 'low', 'high'],
          rows: all.map(({ name, gain }) => [
            name,
            gain.mean,
            gain.interval?.[0] ?? null,
            gain.interval?.[1] ?? null,
          ]),
        },
        plain: { mark: 'point', x: 'gain', y: 'comparison' },
      },
    ],
  };
}

/** One panel per reordering arm: changes of order by epoch and stage, averaged over its runs. */
export function orderFigure({ rows }: Reproduction): Figure | undefined {
  const moving = rows.flatMap(({ network, arms }) =>
    arms.flatMap(({ arm, order }) =>
      order?.stages.some(({ perRun }) => perRun > 0) ? [{ name: `${network}, ${arm}`, order }] : [],
    ),
  );
  if (!moving.length) return undefined;
  const stages = [...new Set(moving.flatMap(({ order }) => order.stages.map(({ stage }) => stage)))].sort();
  const alt = moving
    .map(
      ({ name, order }) =>
        `${name}: ${order.stages.map(({ stage, perRun }) => `${stage} ${perRun.toFixed(1)} per run`).join(', ')}`,
    )
    .join('; ');
  return {
    id: 'order',
    title: 'Changes of order',
    caption:
      'Number of steps that change the order of the blocks of a stage, by epoch, mean over runs. Two blocks at nearly the same depth can swap many times.',
    alt,
    panels: moving.map(({ name, order }, i) => {
      const counts = order.stages.flatMap(({ stage, perEpoch }) =>
        perEpoch.map((swaps, epoch) => ({ stage, epoch: epoch + 1, swaps })),
      );
      const epochs = Math.max(...counts.map(({ epoch }) => epoch));
      return {
        id: `order-${i + 1}`,
        draw: (theme, width) =>
          stackedBars(
            { epochs, bin: 1, stages, counts, yTitle: 'changes per run' },
            { width, height: 170, heading: name, description: alt },
            theme,
          ),
        ...swapTable(counts),
      };
    }),
  };
}
