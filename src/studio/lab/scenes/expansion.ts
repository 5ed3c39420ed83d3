/** The partial sums of the expansion next to the network itself. */
import { ink, type Mark, seriesColour } from '../../../draw/index.ts';
import { between, type Features, statesAt } from './depth.ts';
import { movesOf } from './descent.ts';
import { heightFor, layoutOf } from './layout.ts';
import { linesPlot } from './lines.ts';
import { classKeys, featuresOf, planePlot, pointColours, pointDots, targetLines } from './plane.ts';
import { formatDigits, pictureOf, type Scene, waiting } from './scene.ts';

const panels = 2;

/** Orders are integers. */
const orderAxis = (count: number): { ticks: number; format: (value: number) => string } => ({
  ticks: Math.min(8, count),
  format: (value) => (Number.isInteger(value) ? String(value) : ''),
});

/** The depth slider selects the order here: 0 is order 0, 1 is order K. */
export const expansionScene: Scene = {
  height: (width) => heightFor(width, panels),
  picture(options) {
    const { data, cursor, width, height, theme } = options;
    const { points, orders } = data;
    const { exact } = data.flows;
    if (!points || !exact) return waiting(options);
    const { main, side } = layoutOf(width, height, panels);
    const plane = planePlot(main, points.window, theme);
    const colours = pointColours(points, theme);
    const last = statesAt(exact.states, exact.depths, exact.depths.at(-1) ?? 1);
    const inside: Mark[] = [...targetLines(plane, points, theme)];
    const place = cursor.t * (orders.length - 1);
    const k = Math.floor(place + 1e-9);
    if (orders.length > 0) {
      const at = (order: number): Features => {
        const { x, y } = featuresOf(orders[Math.min(order, orders.length - 1)]!.states);
        return { x: Float64Array.from(x), y: Float64Array.from(y) };
      };
      const sum = between(at(k), at(k + 1), place - k);
      inside.push(...movesOf(plane, sum, last, colours), pointDots(plane, sum, colours, theme));
    }
    // The network itself, as rings.
    inside.push({
      kind: 'dots',
      x: Array.from(last.x, plane.sx),
      y: Array.from(last.y, plane.sy),
      radius: 4.6,
      stroke: theme.ink,
      lineWidth: 1,
      opacity: 0.75,
    });
    const numbers = orders.map(({ order }) => order);
    const known = (value: number): number => (value > 0 ? value : NaN);
    return pictureOf(
      options,
      [
        ...plane.frame,
        ...classKeys(plane, points, theme),
        plane.inside(inside),
        linesPlot(
          {
            box: side[0]!,
            title: 'What is left',
            x: { title: 'orders 0 .. k added', ...orderAxis(orders.length) },
            y: { scale: 'log' },
            lines: [
              {
                name: 'error after order k',
                x: numbers,
                y: orders.map(({ error }) => known(error)),
                colour: ink,
              },
            ],
            cursor: Math.max(place, 0),
          },
          theme,
        ),
        linesPlot(
          {
            box: side[1]!,
            title: 'Paths',
            x: { title: 'order k', ...orderAxis(orders.length) },
            y: { scale: 'log' },
            lines: [
              {
                name: 'carried',
                x: numbers.slice(1),
                y: orders.slice(1).map(({ share }) => known(share)),
                colour: seriesColour(2),
              },
              {
                name: 'C(L,k)/L^k',
                x: numbers,
                y: orders.map(({ paths }) => known(paths)),
                colour: seriesColour(3),
                dash: [6, 4],
              },
            ],
            cursor: Math.max(place, 0),
          },
          theme,
        ),
      ],
      `orders 0 to ${k} of the expansion beside the network (rings): they leave ${formatDigits(orders[k]?.error)} of what the network moves; ` +
        `a two-layer network (orders 0 and 1) leaves ${formatDigits(orders[1]?.error)}`,
    );
  },
};
