/** A step of rho towards the best block at every depth: the loss along the way and the resulting flow. */
import { ink, type Picture, seriesColour } from '../../../../draw/index.ts';
import { statesAt, stepped } from '../../drawing/depth.ts';
import { heightFor } from '../../drawing/layout.ts';
import type { LinesOptions } from '../../drawing/lines.ts';
import { type DrawOptions, formatDigits, waiting } from '../../drawing/picture.ts';
import { movesOf, pointDots, targetLines } from '../../drawing/plane.ts';
import { statesPicture } from '../../drawing/states-picture.ts';
import type { FlowPart, PointsPart } from '../../parts.ts';
import { numbersOf, partOf } from '../../picture-data.ts';
import type { AlongPart, DirectionPart } from './compute.ts';

export { heightFor as height };

export function picture(options: DrawOptions): Picture {
  const { data, state, cursor, theme } = options;
  const points = partOf<PointsPart>(data, 'points');
  const along = partOf<AlongPart>(data, 'along');
  const direction = partOf<DirectionPart>(data, 'direction');
  const numbers = numbersOf(data);
  const [from, to] = ['before', 'after'].map((name) => {
    const flow = partOf<FlowPart>(data, 'flow', name);
    return flow && statesAt(flow.states, flow.depths, cursor.t);
  });
  if (!points || !from) return waiting(options);
  const lambda = state.lambda === 0 ? along?.best.lambda : state.lambda;
  const words =
    lambda === undefined ? '' : `\u03bb = ${formatDigits(lambda)}${state.lambda === 0 ? ', the best' : ''}`;
  return statesPicture(options, {
    points,
    inside: (plane, colours) => [
      ...(to ? movesOf(plane, from, to, colours) : []),
      ...targetLines(plane, points, theme),
      pointDots(plane, to ?? from, colours, theme),
    ],
    side: [
      along && {
        title: 'E along (1 \u2212 \u03bb) \u03c1 + \u03bb \u03bd',
        ...alongRange(along, lambda ?? 0),
        lines: [
          { name: 'E', x: along.lambda, y: along.loss, colour: ink },
          { name: 'first order', x: along.lambda, y: along.linear, colour: seriesColour(2), dash: [6, 4] },
        ],
        ...(lambda !== undefined && { cursor: lambda, cursorWords: words }),
      },
      direction && {
        title: 'G by depth',
        x: { title: 'depth t', from: 0, to: 1 },
        lines: [
          { name: 'mean over \u03c1', ...stepped(direction.depths, direction.own), colour: ink },
          {
            name: 'best block of Q_r',
            ...stepped(direction.depths, direction.values),
            colour: seriesColour(2),
          },
        ],
        cursor: cursor.t,
      },
    ],
    description:
      `a step from rho towards the best block at each depth, at ${words === '' ? 'an unknown lambda' : words}: the initial slope of the loss is ${formatDigits(numbers.gap)}; ` +
      `the loss decreases from ${formatDigits(numbers.loss)} to a minimum of ${formatDigits(numbers.best)} at lambda ${formatDigits(numbers.lambda)}`,
  });
}

/** The picture ends where E exceeds this multiple of its start. */
const maxEnergyRatio = 1.3;

/**
 * Axis ranges that show the decrease of E: far beyond its minimum it rises steeply, and the tangent leaves the
 * picture early.
 */
function alongRange(
  { lambda, loss }: AlongPart,
  drawn: number,
): { x: LinesOptions['x']; y: NonNullable<LinesOptions['y']> } {
  const start = loss[0] ?? 1;
  const beyond = loss.findIndex((value, i) => i > 0 && value > maxEnergyRatio * start);
  const to = beyond < 0 ? 1 : Math.min(1, Math.max(lambda[beyond] ?? 1, 1.15 * drawn));
  const seen = loss.filter((_, i) => lambda[i]! <= to);
  const top = drawn > (lambda[beyond] ?? 1) ? Math.max(...seen) : maxEnergyRatio * start;
  return { x: { title: '\u03bb', from: 0, to }, y: { from: 0, to: 1.05 * top } };
}
