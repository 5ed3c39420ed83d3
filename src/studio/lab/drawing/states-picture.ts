/** The picture of most views: the plane of the points' states, with two smaller plots beside it. */
import type { Box, Mark, Picture, Plot } from '../../../draw/index.ts';
import type { PointsPart } from '../parts.ts';
import { layoutOf } from './layout.ts';
import { type LinesOptions, linesPlot } from './lines.ts';
import { type DrawOptions, pictureOf } from './picture.ts';
import { classKeys, planePlot, pointColours } from './plane.ts';

type SidePlot = Omit<LinesOptions, 'box'> | ((box: Box) => Mark[]);

interface StatesPicture {
  readonly points: PointsPart;
  /** Whether the plane has a coloured background. */
  readonly ground?: boolean;
  readonly inside: (plane: Plot, colours: readonly string[]) => readonly Mark[];
  /** A plot is left out until its parts have arrived. */
  readonly side: readonly (SidePlot | undefined)[];
  readonly description: string;
}

export function statesPicture(
  options: DrawOptions,
  { points, ground = false, inside, side, description }: StatesPicture,
): Picture {
  const { width, height, theme } = options;
  const { main, side: boxes } = layoutOf(width, height);
  const plane = planePlot(main, points.window, theme, { ground });
  const beside = side.flatMap((one, i) => {
    const box = boxes[i]!;
    if (one === undefined) return [];
    return typeof one === 'function' ? one(box) : linesPlot({ ...one, box }, theme);
  });
  return pictureOf(
    options,
    [
      ...plane.frame,
      ...classKeys(plane, points, theme),
      plane.inside(inside(plane, pointColours(points, theme))),
      ...beside,
    ],
    description,
  );
}
