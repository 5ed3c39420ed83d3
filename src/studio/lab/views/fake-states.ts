/** Small states for the tests of the views, with their parts and pictures on the reference engine. */
import { type Mark, type TextMark, themes } from '../../../draw/index.ts';
import type { Engine } from '../engine.ts';
import type { NumbersPart, Part } from '../parts.ts';
import { noData, withPart } from '../picture-data.ts';
import { referenceEngine } from '../reference-engine.ts';
import { labState } from '../state.ts';
import { computedParts, type LabState, views } from './index.ts';

export const small = { points: 20, depth: 4, particles: 6, steps: 12, blocks: 4 } as const;

export const partsOf = (knobs: Partial<LabState>, engine: Engine = referenceEngine): Part[] =>
  computedParts(labState({ ...small, ...knobs }), engine);

export const all = <P extends Part>(parts: readonly Part[], type: P['part']): P[] =>
  parts.filter((one): one is P => one.part === type);

export const numbersOf = (knobs: Partial<LabState>): Readonly<Record<string, number>> =>
  all<NumbersPart>(partsOf(knobs), 'numbers')[0]!.numbers;

/** The marks of a state's picture, with the sliders at the state's positions. */
export function drawn(knobs: Partial<LabState>, width = 900): Mark[] {
  const state = labState({ ...small, ...knobs });
  const view = views[state.view];
  const { marks } = view.picture({
    data: partsOf(knobs).reduce(withPart, noData),
    state,
    cursor: { t: state.t, s: state.s },
    width,
    height: view.height(width),
    theme: themes.light,
  });
  const flat = (mark: Mark): Mark[] => (mark.kind === 'clip' ? mark.marks.flatMap(flat) : [mark]);
  return marks.flatMap(flat);
}

export const textsOf = (marks: readonly Mark[]): TextMark[] =>
  marks.filter((mark): mark is TextMark => mark.kind === 'text');

export const wordsOf = (marks: readonly Mark[]): string =>
  textsOf(marks)
    .map(({ text }) => text)
    .join('\n');

/** Bilinear interpolation on a square grid. */
export function bilinear(values: readonly number[], side: number, x: number, y: number): number {
  const [i, j] = [Math.min(side - 2, Math.floor(x)), Math.min(side - 2, Math.floor(y))];
  const at = (di: number, dj: number): number => values[(j + dj) * side + i + di]!;
  const [u, v] = [x - i, y - j];
  return at(0, 0) * (1 - u) * (1 - v) + at(1, 0) * u * (1 - v) + at(0, 1) * (1 - u) * v + at(1, 1) * u * v;
}
