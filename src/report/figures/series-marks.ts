/** How the series of a panel look: a colour, a marker that shows another one through it, a dash for predictions. */
import type { Series } from '../../runs/index.ts';
import { muted, seriesColour } from '../../draw/index.ts';
import type { Spec } from './figure.ts';

export interface Look {
  readonly colour: string;
  readonly line: Spec | undefined;
  readonly marker: Spec | undefined;
}

/** Every other marker is hollow and larger, so that two series on the same points are both seen. */
const shapes = ['circle', 'square', 'triangle-up', 'diamond', 'triangle-down', 'cross'];

function marker(index: number, colour: string): Spec {
  const hollow = index % 2 === 1;
  return {
    type: 'point',
    shape: shapes[index % shapes.length],
    size: hollow ? 80 : 38,
    filled: !hollow,
    ...(!hollow && { fill: colour }),
    stroke: colour,
    strokeWidth: hollow ? 1.5 : 0.8,
    opacity: 1,
  };
}

const manyPoints = 60;

/** In the order of the series. Measurements take the colours in turn; a single prediction is grey. */
export function looksOf(series: readonly Series[]): Look[] {
  const predictions = series.filter(({ predicted }) => predicted).length;
  let measured = 0;
  let foreseen = 0;
  return series.map(({ mark = 'both', predicted = false, points }) => {
    if (predicted) {
      const colour =
        predictions === 1
          ? muted.light
          : seriesColour(foreseen++ % Math.max(series.length - predictions, 1)).light;
      const line = { type: 'line', stroke: colour, strokeWidth: 1.3, strokeDash: [5, 4] };
      return { colour, line, marker: undefined };
    }
    const index = measured++;
    const colour = seriesColour(index).light;
    return {
      colour,
      line: mark === 'points' ? undefined : { type: 'line', stroke: colour, strokeWidth: 1.8 },
      marker:
        mark === 'line' || (mark === 'both' && points.length > manyPoints)
          ? undefined
          : marker(index, colour),
    };
  });
}
