/** Figures of a grid: the talk's table beside ours, the gains with their uncertainty, when blocks change their order. */
import type { Reproduction } from '../../runs/index.ts';
import type { Mean } from '../../stats/index.ts';
import type { Figure, Spec } from '../figures/index.ts';
import { round } from '../figures/curves.ts';
import { fontSize, legendAbove, legendRow, makeFrame, panelWidth, specIn, yAxis } from '../figures/frame.ts';
import { fitText, ink, muted, paper, rule, series, seriesColour, textWidth } from '../../draw/index.ts';
import { gainText, mainArm, meanText } from './tables.ts';

const rowHeight = 26;

/** Rows by number, with a name each that is cut where it is too long. */
function namedRows(names: readonly string[], labelWidth = 200): { y: Spec; left: number } {
  const cut = names.map((name) => fitText(name, fontSize, labelWidth));
  const left = Math.max(40, ...cut.map((name) => textWidth(name, fontSize))) + 14;
  const y = {
    field: 'row',
    type: 'ordinal',
    scale: { domain: names.map((_, i) => i), paddingInner: 0.2 },
    axis: {
      title: null,
      labelColor: ink.light,
      labelLimit: 0,
      labelExpr: `${JSON.stringify(cut)}[datum.value]`,
    },
  };
  return { y, left };
}

function domainOf(values: readonly number[], include?: number): [number, number] {
  const all = [...values.filter(Number.isFinite), ...(include === undefined ? [] : [include])];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const pad = (high - low) * 0.08 || Math.abs(high) * 0.05 || 1;
  return [low - pad, high + pad];
}

const bounds = ({ mean, standardError = 0 }: Mean): { low: number; high: number } => ({
  low: round(mean - standardError),
  high: round(mean + standardError),
});

const sides = ['vanilla', 'mean-field'] as const;
const sideColours = [series[5]!.light, series[0]!.light];

/** The talk's figures hollow, ours full; networks that were not run have the hollow ones alone. */
export function tableFigure({ rows, measuredOn }: Reproduction): Figure | undefined {
  const shown = rows.filter(({ talk, arms }) => talk ?? arms.length);
  if (!shown.length) return undefined;
  const { y, left } = namedRows(
    shown.map(({ network, arms }) => (arms.length ? network : `${network} (not run)`)),
  );
  const talk = shown.flatMap(({ talk: told }, row) =>
    told
      ? [
          { row, error: told.vanilla, side: sides[0] },
          { row, error: told.meanField, side: sides[1] },
        ]
      : [],
  );
  const ours = shown.flatMap((one, row) =>
    sides.flatMap((side) => {
      const found = mainArm(one, side);
      return found ? [{ row, error: round(found.error.mean), side, ...bounds(found.error) }] : [];
    }),
  );
  const draft = makeFrame(shown.length * rowHeight, { left });
  const legend = legendAbove(sides, draft, 12);
  const frame = makeFrame(shown.length * rowHeight, { left, top: 18 + legend.rows * legendRow });
  const domain = domainOf([
    ...talk.map(({ error }) => error),
    ...ours.flatMap(({ low, high }) => [low, high]),
  ]);
  const x = (field: string): Spec => ({
    field,
    type: 'quantitative',
    scale: { domain, nice: false, zero: false },
    axis: {
      title:
        measuredOn === 'test'
          ? 'test error in %'
          : 'error in %: talk on the test set, here on the images held out',
      tickCount: 6,
      grid: true,
    },
  });
  const color = {
    field: 'side',
    type: 'nominal',
    scale: { domain: sides, range: sideColours },
    legend: {
      ...legend.spec,
      symbolType: 'circle',
      symbolSize: 80,
      symbolStrokeWidth: 0,
      symbolFillColor: null,
    },
  };
  const offset = { field: 'side', type: 'nominal', scale: { domain: sides } };
  return {
    id: 'table',
    title: "The talk's table beside ours",
    caption:
      'Hollow: as the talk prints them. Full: what was measured here, mean of the seeds with its standard error, after the last epoch. The recipe is named above: with fewer epochs ours lie to the right, and it is the two colours of one row that compare.',
    alt: shown
      .map(
        (one) =>
          `${one.network}: talk ${one.talk ? `${one.talk.vanilla} and ${one.talk.meanField}` : 'nothing'}, here ${sides.map((side) => `${side} ${meanText(mainArm(one, side)?.error)}`).join(', ')}`,
      )
      .join('; '),
    panels: [
      {
        id: 'table',
        spec: specIn(frame, [
          {
            data: { values: talk },
            mark: { type: 'point', filled: false, size: 58, strokeWidth: 1.6, opacity: 1 },
            encoding: { y, yOffset: offset, x: x('error'), color },
          },
          {
            data: { values: ours },
            mark: { type: 'rule', strokeWidth: 3, opacity: 0.35 },
            encoding: { y, yOffset: offset, x: x('low'), x2: { field: 'high' }, color },
          },
          {
            data: { values: ours },
            mark: { type: 'point', filled: true, size: 66, opacity: 1, stroke: paper.light, strokeWidth: 1 },
            encoding: { y, yOffset: offset, x: x('error'), color },
          },
        ]),
      },
    ],
  };
}

/** Every comparison: the seeds as dots, the mean with its interval, and 0. */
export function gainsFigure({ rows }: Reproduction): Figure | undefined {
  const several = rows.filter(({ comparisons }) => comparisons.length).length > 1;
  const all = rows.flatMap(({ network, comparisons }) =>
    comparisons.map((one) => ({
      ...one,
      name: `${several ? `${network}: ` : ''}${one.arm} – ${one.against}`,
    })),
  );
  if (!all.length) return undefined;
  const { y, left } = namedRows(
    all.map(({ name }) => name),
    420,
  );
  const texts = all.map(({ gain }) => gainText(gain));
  const right = Math.max(...texts.map((text) => textWidth(text, fontSize))) + 22;
  // The figure has the page's width: names and numbers stand beside a plot of the usual width.
  const wide = { ...makeFrame(all.length * rowHeight, { left, right, top: 16 }), width: panelWidth };
  const dots = all.flatMap(({ gains }, row) => gains.map((gain) => ({ row, gain: round(gain) })));
  const means = all.map(({ gain }, row) => {
    const [low, high] = gain.interval ?? [gain.mean, gain.mean];
    return { row, gain: round(gain.mean), low: round(low), high: round(high), text: texts[row] };
  });
  // One pair of a kind has a very wide interval: the dots say how far the axis goes.
  const reach =
    Math.max(0.1, ...dots.map(({ gain }) => Math.abs(gain)), ...means.map(({ gain }) => Math.abs(gain))) *
    1.6;
  const clip = (value: number): number => Math.min(Math.max(value, -reach), reach);
  const x = (field: string): Spec => ({
    field,
    type: 'quantitative',
    scale: { domain: [-reach, reach], nice: false },
    axis: { title: 'gain in points: error of the second minus that of the first', tickCount: 5, grid: true },
  });
  return {
    id: 'gains',
    title: 'Gains',
    caption:
      'One dot a seed: both members of a pair share initial weights, order of data and augmentation. Bar: 95 % confidence interval of the mean (Student), cut where it leaves the frame. A bar that covers 0 tells nothing apart.',
    alt: all.map(({ name }, i) => `${name}: ${texts[i] ?? ''}`).join('; '),
    panels: [
      {
        id: 'gains',
        spec: specIn(wide, [
          {
            data: { values: [{ zero: 0 }] },
            mark: { type: 'rule', color: rule.light, strokeWidth: 1.5 },
            encoding: { x: x('zero') },
          },
          {
            data: { values: means.map((one) => ({ ...one, low: clip(one.low), high: clip(one.high) })) },
            mark: { type: 'rule', color: muted.light, strokeWidth: 5, opacity: 0.3 },
            encoding: { y, x: x('low'), x2: { field: 'high' } },
          },
          {
            data: { values: dots },
            mark: {
              type: 'point',
              filled: true,
              size: 40,
              opacity: 0.9,
              color: series[0]!.light,
              stroke: paper.light,
              strokeWidth: 1,
            },
            encoding: { y, x: x('gain') },
          },
          {
            data: { values: means },
            mark: { type: 'tick', color: ink.light, thickness: 2, size: 15 },
            encoding: { y, x: x('gain') },
          },
          {
            data: { values: means },
            mark: {
              type: 'text',
              align: 'left',
              x: wide.width + 12,
              fontSize,
              fontWeight: 600,
              color: ink.light,
            },
            encoding: { y, text: { field: 'text' } },
          },
        ]),
      },
    ],
  };
}

/** One panel an arm that reorders: changes of order by epoch and stage, mean over its runs. */
export function orderFigure({ rows }: Reproduction): Figure | undefined {
  const moving = rows.flatMap(({ network, arms }) =>
    arms.flatMap(({ arm, order }) =>
      order?.stages.some(({ perRun }) => perRun > 0) ? [{ name: `${network}, ${arm}`, order }] : [],
    ),
  );
  if (!moving.length) return undefined;
  const stages = [...new Set(moving.flatMap(({ order }) => order.stages.map(({ stage }) => stage)))].sort();
  return {
    id: 'order',
    title: 'Changes of order',
    caption:
      'Steps after which the order of the blocks of a stage was another one, by epoch, mean over the runs. Two blocks that stand at nearly the same depth can change places many times.',
    alt: moving
      .map(
        ({ name, order }) =>
          `${name}: ${order.stages.map(({ stage, perRun }) => `${stage} ${perRun.toFixed(1)} a run`).join(', ')}`,
      )
      .join('; '),
    panels: moving.map(({ name, order }, i) => {
      const draft = makeFrame(170);
      const legend = legendAbove(stages, draft, 24);
      const frame = makeFrame(170, { top: 50 + legend.rows * legendRow });
      const values = order.stages.flatMap(({ stage, perEpoch }) =>
        perEpoch.map((changes, epoch) => ({ stage, epoch: epoch + 1, changes: round(changes) })),
      );
      return {
        id: `order-${i + 1}`,
        spec: specIn(
          frame,
          [
            {
              data: { values },
              mark: { type: 'bar' },
              encoding: {
                x: {
                  field: 'epoch',
                  type: 'ordinal',
                  axis: { title: 'epoch', labelAngle: 0, labelOverlap: 'greedy' },
                },
                y: {
                  field: 'changes',
                  type: 'quantitative',
                  stack: 'zero',
                  axis: yAxis('changes a run', frame),
                },
                color: {
                  field: 'stage',
                  type: 'nominal',
                  scale: { domain: stages, range: stages.map((_, s) => seriesColour(s).light) },
                  legend: { ...legend.spec, symbolType: 'square', symbolSize: 110, symbolStrokeWidth: 0 },
                },
              },
            },
          ],
          { title: { text: name } },
        ),
      };
    }),
  };
}
