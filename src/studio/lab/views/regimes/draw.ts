/** Mean field, tangent kernel and two layers on the same data: what each learns, and how fast. */
import { type Box, type Mark, type Picture, seriesColour, type Theme } from '../../../../draw/index.ts';
import { linesPlot } from '../../drawing/lines.ts';
import { type DrawOptions, formatDigits, pictureOf, waiting } from '../../drawing/picture.ts';
import { featuresOf, fieldCells, planePlot, pointColours, pointDots } from '../../drawing/plane.ts';
import type { CurvePart, FieldPart, PointsPart } from '../../parts.ts';
import { numbersOf, partOf, partsOf } from '../../picture-data.ts';

const kinds = [
  ['mean-field', 'Mean-field ResNet'],
  ['linearised', 'Its tangent kernel (NTK)'],
  ['two-layer', 'Two-layer network'],
] as const;
const wideFrom = 700;

export const height = (width: number): number =>
  width >= wideFrom ? Math.round(width / 3) + 260 : Math.round(3 * 0.95 * width) + 230;

export function picture(options: DrawOptions): Picture {
  const { data, state, cursor, width, height, theme } = options;
  const points = partOf<PointsPart>(data, 'points');
  const numbers = numbersOf(data);
  if (!points) return waiting(options);
  const wide = width >= wideFrom;
  const side = wide ? (width - 20) / 3 : width;
  const tall = wide ? width / 3 : 0.95 * width;
  const marks: (Mark | readonly Mark[])[] = kinds.map(([name, title], i) =>
    learned(
      { x: wide ? i * (side + 10) : 0, y: wide ? 0 : i * tall, width: side, height: tall },
      points,
      partsOf<FieldPart>(data, 'field', name)[0],
      title,
      theme,
    ),
  );
  const top = wide ? tall + 10 : 3 * tall + 10;
  marks.push(
    linesPlot(
      {
        box: { x: 0, y: top, width, height: height - top },
        title: 'Loss',
        x: { title: 'steps', from: 0, to: state.steps },
        y: { scale: 'log' },
        lines: ['mean-field', 'linearised', 'two-layer', 'lazy'].map((name, i) => {
          const curve = partOf<CurvePart>(data, 'curve', name);
          return {
            name,
            x: curve?.step ?? [],
            y: curve?.columns.loss ?? [],
            colour: seriesColour(i),
            ...(name === 'lazy' && { dash: [2, 4] }),
          };
        }),
        cursor: cursor.s * state.steps,
      },
      theme,
    ),
  );
  return pictureOf(
    options,
    marks,
    `loss after ${state.steps} steps: mean-field ResNet ${formatDigits(numbers.meanField)}, its linearisation ${formatDigits(numbers.linearised)}, ` +
      `two-layer network ${formatDigits(numbers.twoLayer)}; on new points ${formatDigits(numbers.meanFieldTest)}, ${formatDigits(numbers.linearisedTest)}, ${formatDigits(numbers.twoLayerTest)}`,
  );
}

/** The points over the learned prediction. */
function learned(
  box: Box,
  points: PointsPart,
  field: FieldPart | undefined,
  title: string,
  theme: Theme,
): Mark[] {
  const plane = planePlot(box, points.window, theme, { title, ground: true });
  return [
    ...plane.frame,
    plane.inside([
      ...(field ? [fieldCells(plane, field, theme, 0.6)] : []),
      pointDots(plane, featuresOf(points.inputs), pointColours(points, theme), theme, 2.8),
    ]),
  ];
}
