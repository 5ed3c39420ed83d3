/** Assigns the unfinished runs of a grid to rows of the talk's table. */
import type { Reproduction, ReproductionRow } from '../../../runs/index.ts';

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * Whether a run belongs to the row with the scheme at its default settings: `cifar10-resnet20-w4-v5000-vanilla-s1`,
 * where settings shared by the whole grid come between net and scheme (`meanfield reproduce` names its runs this
 * way).
 */
export function isCell(name: string, { dataset, model }: ReproductionRow, scheme: string): boolean {
  return new RegExp(`^${escaped(`${dataset}-${model}`)}(-[a-z]+[\\d.]+)*-${escaped(scheme)}-s\\d+$`).test(
    name,
  );
}

/** `6 runs finished, 1 begun, 38 planned` */
export function progressText({
  finished,
  unfinished,
}: Pick<Reproduction, 'finished' | 'unfinished'>): string {
  const planned = unfinished.filter(({ state }) => state === 'new').length;
  const begun = unfinished.length - planned;
  return [
    `${finished} ${finished === 1 ? 'run' : 'runs'} finished`,
    ...(begun ? [`${begun} begun`] : []),
    ...(planned ? [`${planned} planned`] : []),
  ].join(', ');
}
