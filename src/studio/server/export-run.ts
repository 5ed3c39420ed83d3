/** Collects the server's data about a run for an exported folder. */
import {
  type ErrorAnswer,
  type ExportedRun,
  noCurves,
  routes,
  type RunDetail,
  type SampleList,
  type StepCurves,
  type SwapList,
  type WeightClouds,
} from '../protocol/index.ts';

/** Points per curve: an exported page cannot request more when zooming. */
const points = 3000;

/** The value, or a one-line reason why there is none. */
export type Answer<T> = { readonly value: T } | { readonly error: string };
export type Ask = <T>(address: string) => Promise<Answer<T>>;

/** @param url - of the server */
export function requester(url: string): Ask {
  return async <T>(address: string): Promise<Answer<T>> => {
    const answer = await fetch(new URL(address, url));
    const body: unknown = await answer.json();
    return answer.ok ? { value: body as T } : { error: (body as ErrorAnswer).error };
  };
}

/**
 * Collects all data of a run. A part that cannot be read adds a line to `missing` and to the problems of its row.
 *
 * @returns the reason as one line if nothing of the run can be read
 */
export async function runFor(
  ask: Ask,
  id: string,
): Promise<{ readonly run: ExportedRun; readonly missing: readonly string[] } | { readonly error: string }> {
  const found = await ask<RunDetail>(routes.run(id));
  if ('error' in found) return found;
  const detail = found.value;
  const missing: string[] = [];
  const part = async <T, N>(what: string, address: string, none: N): Promise<T | N> => {
    const answer = await ask<T>(address);
    if ('value' in answer) return answer.value;
    missing.push(`${what}: ${answer.error}`);
    return none;
  };
  const parts = {
    steps: await part<StepCurves, StepCurves>('curves', routes.steps(id, { points }), noCurves),
    swaps: await part<SwapList, SwapList>('swaps', routes.swaps(id), { swaps: [], total: 0 }),
    weights: await part<WeightClouds, null>('weights', routes.weights(id), null),
    samples: detail.files.samples
      ? await part<SampleList, null>('sample predictions', routes.samples(id), null)
      : null,
  };
  const { row } = detail;
  return {
    run: { detail: { ...detail, row: { ...row, problems: [...row.problems, ...missing] } }, ...parts },
    missing,
  };
}
