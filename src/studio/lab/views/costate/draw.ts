/**
 * Costates: the direction in which to move each point to reduce the loss, and how their size persists through depth.
 */
import { ink, type Mark, type Picture, type Plot, seriesColour, type Theme } from '../../../../draw/index.ts';
import { type Features, statesAt, stepped } from '../../drawing/depth.ts';
import { heightFor } from '../../drawing/layout.ts';
import { type DrawOptions, formatDigits, waiting } from '../../drawing/picture.ts';
import { arrowsFrom, largestIn, pointDots, targetLines } from '../../drawing/plane.ts';
import { statesPicture } from '../../drawing/states-picture.ts';
import type { FlowPart, PointsPart } from '../../parts.ts';
import { numbersOf, partOf } from '../../picture-data.ts';
import type { CostatePart } from './compute.ts';

/** Length of the longest arrow, as a share of the window. */
const maxArrow = 0.35;

export { heightFor as height };

export function picture(options: DrawOptions): Picture {
  const { data, cursor, theme } = options;
  const points = partOf<PointsPart>(data, 'points');
  const costate = partOf<CostatePart>(data, 'costate');
  const flow = partOf<FlowPart>(data, 'flow');
  if (!points || !flow) return waiting(options);
  const now = statesAt(flow.states, flow.depths, cursor.t);
  const along = { x: { title: 'depth t', from: 0, to: 1 }, cursor: cursor.t };
  return statesPicture(options, {
    points,
    inside: (plane, colours) => [
      ...targetLines(plane, points, theme),
      ...(costate ? [arrowsAt(plane, points.window, now, costate, cursor.t, theme)] : []),
      pointDots(plane, now, colours, theme),
    ],
    side: costate
      ? [
          {
            title: 'Norm of the costate',
            ...along,
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
                name: 'bound of the slide, with E',
                x: costate.depths,
                y: costate.literal,
                colour: seriesColour(3),
                dash: [2, 4],
              },
            ],
          },
          {
            title: 'K(t): max stretch rate of the blocks',
            ...along,
            y: { from: 0 },
            lines: [{ name: '', ...stepped(costate.depths, costate.rates), colour: ink }],
          },
        ]
      : [],
    description:
      `costates of ${now.x.length} points at depth ${formatDigits(cursor.t)}, drawn as the direction in which the loss decreases; ` +
      `their norm is ${formatDigits(costate?.norms[0])} at depth 0 and ${formatDigits(costate?.norms.at(-1))} at depth 1, ` +
      `never below ${formatDigits(numbersOf(data).ratio)} times the lower bound of the lemma`,
  });
}

function arrowsAt(
  plane: Plot,
  window: number,
  now: Features,
  { costates, depths }: CostatePart,
  t: number,
  theme: Theme,
): Mark {
  const p = statesAt(costates, depths, t);
  const unit = (maxArrow * window) / largestIn(costates.data);
  return {
    kind: 'arrows',
    ...arrowsFrom(plane, now, (n) => [-unit * p.x[n]!, -unit * p.y[n]!]),
    stroke: theme.ink,
    lineWidth: 1.2,
    opacity: 0.65,
  };
}
