/**
 * Costates: the direction in which to move each point to reduce the loss, and how their size persists through depth.
 */
import { ink, type Mark, seriesColour } from '../../../draw/index.ts';
import { statesAt, stepped } from './depth.ts';
import { heightFor, layoutOf } from './layout.ts';
import { linesPlot } from './lines.ts';
import { classKeys, planePlot, pointColours, pointDots, targetLines } from './plane.ts';
import { formatDigits, pictureOf, type Scene, waiting } from './scene.ts';

const panels = 2;
/** Length of the longest arrow, as a share of the window. */
const maxArrow = 0.35;

export const costateScene: Scene = {
  height: (width) => heightFor(width, panels),
  picture(options) {
    const { data, cursor, width, height, theme } = options;
    const { points, costate } = data;
    const flow = data.flows.flow;
    if (!points || !flow) return waiting(options);
    const { main, side } = layoutOf(width, height, panels);
    const plane = planePlot(main, points.window, theme);
    const colours = pointColours(points, theme);
    const now = statesAt(flow.states, flow.depths, cursor.t);
    const inside: Mark[] = [...targetLines(plane, points, theme)];
    if (costate) {
      const p = statesAt(costate.costates, costate.depths, cursor.t);
      const largest = costate.costates.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);
      const unit = (maxArrow * points.window) / largest;
      const arrows = { x: [] as number[], y: [] as number[], dx: [] as number[], dy: [] as number[] };
      now.x.forEach((x, n) => {
        const y = now.y[n]!;
        arrows.x.push(plane.sx(x));
        arrows.y.push(plane.sy(y));
        arrows.dx.push(plane.sx(x - unit * p.x[n]!) - plane.sx(x));
        arrows.dy.push(plane.sy(y - unit * p.y[n]!) - plane.sy(y));
      });
      inside.push({ kind: 'arrows', ...arrows, stroke: theme.ink, lineWidth: 1.2, opacity: 0.65 });
    }
    inside.push(pointDots(plane, now, colours, theme));
    const beside = costate
      ? [
          linesPlot(
            {
              box: side[0]!,
              title: 'Size of the costate',
              x: { title: 'depth t', from: 0, to: 1 },
              y: { scale: 'log' },
              lines: [
                { name: '\u2016p\u2016', x: costate.depths, y: costate.norms, colour: ink },
                {
                  name: 'lower bound',
                  x: costate.depths,
                  y: costate.bound,
                  colour: seriesColour(2),
                  dash: [6, 4],
                },
                {
                  name: 'the slide\u2019s, with E',
                  x: costate.depths,
                  y: costate.literal,
                  colour: seriesColour(3),
                  dash: [2, 4],
                },
              ],
              cursor: cursor.t,
            },
            theme,
          ),
          linesPlot(
            {
              box: side[1]!,
              title: 'K(t): how fast blocks stretch, at most',
              x: { title: 'depth t', from: 0, to: 1 },
              y: { from: 0 },
              lines: [
                {
                  name: '',
                  ...stepped(costate.depths, costate.rates),
                  colour: ink,
                },
              ],
              cursor: cursor.t,
            },
            theme,
          ),
        ]
      : [];
    return pictureOf(
      options,
      [...plane.frame, ...classKeys(plane, points, theme), plane.inside(inside), ...beside],
      `costates of ${now.x.length} points at depth ${formatDigits(cursor.t)}, drawn as the direction in which the loss falls; ` +
        `their size is ${formatDigits(costate?.norms[0])} at depth 0 and ${formatDigits(costate?.norms.at(-1))} at depth 1, ` +
        `never below ${formatDigits(data.numbers.ratio)} times the lower bound of the lemma`,
    );
  },
};
