/** Mean field, tangent kernel and two layers on the same data: what each learns, and how fast. */
import { type Mark, seriesColour, type Theme } from '../../../draw/index.ts';
import type { FieldPart, PointsPart } from '../parts.ts';
import { linesPlot } from './lines.ts';
import { featuresOf, fieldCells, planePlot, pointColours, pointDots, type Box } from './plane.ts';
import { formatDigits, pictureOf, type Scene, waiting } from './scene.ts';

const kinds = [
  ['mean-field', 'Mean-field ResNet'],
  ['linearised', 'Its tangent kernel (NTK)'],
  ['two-layer', 'Two-layer network'],
] as const;
const wideFrom = 700;

export const regimesScene: Scene = {
  height: (width) => (width >= wideFrom ? Math.round(width / 3) + 260 : Math.round(3 * 0.95 * width) + 230),
  picture(options) {
    const { data, state, cursor, width, height, theme } = options;
    const { points, numbers } = data;
    if (!points) return waiting(options);
    const wide = width >= wideFrom;
    const side = wide ? (width - 20) / 3 : width;
    const tall = wide ? width / 3 : 0.95 * width;
    const marks: (Mark | readonly Mark[])[] = kinds.map(([name, title], i) =>
      learned(
        { x: wide ? i * (side + 10) : 0, y: wide ? 0 : i * tall, width: side, height: tall },
        points,
        data.fields[name]?.[0],
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
          lines: ['mean-field', 'linearised', 'two-layer', 'lazy'].map((name, i) => ({
            name,
            x: data.curves[name]?.step ?? [],
            y: data.curves[name]?.columns.loss ?? [],
            colour: seriesColour(i),
            ...(name === 'lazy' && { dash: [2, 4] }),
          })),
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
  },
};

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
