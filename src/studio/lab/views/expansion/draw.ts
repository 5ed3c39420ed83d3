/** The partial sums of the expansion next to the network itself. */
import { ink, type Picture, seriesColour } from '../../../../draw/index.ts';
import { between, type Features, statesAt } from '../../drawing/depth.ts';
import { heightFor } from '../../drawing/layout.ts';
import { type DrawOptions, formatDigits, waiting } from '../../drawing/picture.ts';
import { featuresOf, movesOf, pointDots, targetLines } from '../../drawing/plane.ts';
import { statesPicture } from '../../drawing/states-picture.ts';
import type { FlowPart, PointsPart } from '../../parts.ts';
import { partOf, partsOf } from '../../picture-data.ts';
import type { OrderPart } from './compute.ts';

/** Orders are integers. */
const orderAxis = (count: number): { ticks: number; format: (value: number) => string } => ({
  ticks: Math.min(8, count),
  format: (value) => (Number.isInteger(value) ? String(value) : ''),
});

export { heightFor as height };

/** The depth slider selects the order here: 0 is order 0, 1 is order K. */
export function picture(options: DrawOptions): Picture {
  const { data, cursor, theme } = options;
  const points = partOf<PointsPart>(data, 'points');
  const orders = partsOf<OrderPart>(data, 'order');
  const exact = partOf<FlowPart>(data, 'flow');
  if (!points || !exact) return waiting(options);
  const last = statesAt(exact.states, exact.depths, exact.depths.at(-1) ?? 1);
  const place = cursor.t * (orders.length - 1);
  const k = Math.floor(place + 1e-9);
  const statesOf = (order: number): Features =>
    featuresOf(orders[Math.min(order, orders.length - 1)]!.states);
  const numbers = orders.map(({ order }) => order);
  const known = (value: number): number => (value > 0 ? value : NaN);
  const axes = { y: { scale: 'log' }, cursor: Math.max(place, 0) } as const;
  return statesPicture(options, {
    points,
    inside: (plane, colours) => {
      const sum = orders.length > 0 ? between(statesOf(k), statesOf(k + 1), place - k) : undefined;
      return [
        ...targetLines(plane, points, theme),
        ...(sum ? [...movesOf(plane, sum, last, colours), pointDots(plane, sum, colours, theme)] : []),
        // The network itself, as rings.
        {
          kind: 'dots',
          x: Array.from(last.x, plane.sx),
          y: Array.from(last.y, plane.sy),
          radius: 4.6,
          stroke: theme.ink,
          lineWidth: 1,
          opacity: 0.75,
        },
      ];
    },
    side: [
      {
        title: 'Remainder',
        x: { title: 'orders 0 .. k', ...orderAxis(orders.length) },
        ...axes,
        lines: [
          {
            name: 'error after order k',
            x: numbers,
            y: orders.map(({ error }) => known(error)),
            colour: ink,
          },
        ],
      },
      {
        title: 'Paths',
        x: { title: 'order k', ...orderAxis(orders.length) },
        ...axes,
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
      },
    ],
    description:
      `orders 0 to ${k} of the expansion beside the network (rings): their remainder is ${formatDigits(orders[k]?.error)} of the network\u2019s displacement; ` +
      `that of a two-layer network (orders 0 and 1) is ${formatDigits(orders[1]?.error)}`,
  });
}
