/** A step of rho towards the best block at every depth: the loss along the way and the resulting flow. */
import { ink, type Mark, seriesColour } from '../../../draw/index.ts';
import type { AlongPart } from '../parts.ts';
import { statesAt, stepped } from './depth.ts';
import { heightFor, layoutOf } from './layout.ts';
import { type LinesOptions, linesPlot } from './lines.ts';
import { classKeys, planePlot, pointColours, pointDots, targetLines } from './plane.ts';
import { formatDigits, pictureOf, type Scene, waiting } from './scene.ts';

const panels = 2;

export const descentScene: Scene = {
  height: (width) => heightFor(width, panels),
  picture(options) {
    const { data, state, cursor, width, height, theme } = options;
    const { points, along, direction, numbers } = data;
    const { before, after } = data.flows;
    if (!points || !before) return waiting(options);
    const { main, side } = layoutOf(width, height, panels);
    const plane = planePlot(main, points.window, theme);
    const colours = pointColours(points, theme);
    const from = statesAt(before.states, before.depths, cursor.t);
    const inside: Mark[] = [];
    if (after) {
      const to = statesAt(after.states, after.depths, cursor.t);
      inside.push(...movesOf(plane, from, to, colours));
      inside.push(...targetLines(plane, points, theme), pointDots(plane, to, colours, theme));
    } else inside.push(...targetLines(plane, points, theme), pointDots(plane, from, colours, theme));
    const lambda = state.lambda === 0 ? along?.best.lambda : state.lambda;
    const marks: (Mark | readonly Mark[])[] = [
      ...plane.frame,
      ...classKeys(plane, points, theme),
      plane.inside(inside),
    ];
    const words =
      lambda === undefined ? '' : `\u03bb = ${formatDigits(lambda)}${state.lambda === 0 ? ', the best' : ''}`;
    if (along)
      marks.push(
        linesPlot(
          {
            box: side[0]!,
            title: 'E along (1 \u2212 \u03bb) \u03c1 + \u03bb \u03bd',
            ...alongRange(along, lambda ?? 0),
            lines: [
              { name: 'E', x: along.lambda, y: along.loss, colour: ink },
              {
                name: 'first order',
                x: along.lambda,
                y: along.linear,
                colour: seriesColour(2),
                dash: [6, 4],
              },
            ],
            ...(lambda !== undefined && { cursor: lambda, cursorWords: words }),
          },
          theme,
        ),
      );
    if (direction)
      marks.push(
        linesPlot(
          {
            box: side[1]!,
            title: 'G by depth',
            x: { title: 'depth t', from: 0, to: 1 },
            lines: [
              {
                name: 'mean over \u03c1',
                ...stepped(direction.depths, direction.own),
                colour: ink,
              },
              {
                name: 'best block of Q_r',
                ...stepped(direction.depths, direction.values),
                colour: seriesColour(2),
              },
            ],
            cursor: cursor.t,
          },
          theme,
        ),
      );
    return pictureOf(
      options,
      marks,
      `a step from rho towards the best block of every depth, drawn at ${words === '' ? 'a lambda that is not known yet' : words}: the loss falls at the rate ${formatDigits(numbers.gap)} at first, ` +
        `from ${formatDigits(numbers.loss)} to at best ${formatDigits(numbers.best)} at lambda ${formatDigits(numbers.lambda)}`,
    );
  },
};

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

/** Thin lines from the old to the new position of each point. */
export function movesOf(
  { sx, sy }: { readonly sx: (x: number) => number; readonly sy: (y: number) => number },
  from: { readonly x: ArrayLike<number>; readonly y: ArrayLike<number> },
  to: { readonly x: ArrayLike<number>; readonly y: ArrayLike<number> },
  colours: readonly string[],
): Mark[] {
  const byColour = new Map<string, number[]>();
  colours.forEach((colour, n) => {
    const points = byColour.get(colour) ?? [];
    byColour.set(colour, points);
    points.push(sx(from.x[n]!), sy(from.y[n]!), sx(to.x[n]!), sy(to.y[n]!), NaN, NaN);
  });
  return [...byColour].map(([stroke, points]) => ({
    kind: 'path',
    points,
    stroke,
    lineWidth: 1,
    opacity: 0.45,
  }));
}
