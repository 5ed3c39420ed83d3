/** Positions of a run's blocks in depth, first and last. */
import type { FinalSteps, RunData, StageRecord } from './index.ts';

/** Names of the stages with trained coordinates, in natural order. */
export function stagesOf(data: RunData): string[] {
  const names = new Set<string>();
  for (const record of [data.steps[0], data.steps.at(-1)])
    for (const [name, stage] of Object.entries(record?.stages ?? {}))
      if ((stage.tau ?? stage.step ?? []).length > 0) names.add(name);
  return [...names].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** The blocks sorted by position; ties keep the order of creation. */
export const orderByTau = (tau: readonly number[]): number[] =>
  tau.map((_, i) => i).sort((a, b) => (tau[a] ?? 0) - (tau[b] ?? 0) || a - b);

/** Step sizes in depth order, from coordinates alone. */
export function stepsFrom({ tau = [], tauEnd, step }: StageRecord, reorder: boolean): FinalSteps {
  if (step) return { order: step.map((_, i) => i), tau: [], steps: step };
  const order = reorder ? orderByTau(tau) : tau.map((_, i) => i);
  const at = (particle: number | undefined): number => (particle === undefined ? 0 : (tau[particle] ?? 0));
  const steps = order.map((particle, l) =>
    Math.max((tauEnd ? (tauEnd[particle] ?? 0) : at(particle)) - at(tauEnd ? particle : order[l - 1]), 0),
  );
  return { order, tau, steps, ...(tauEnd && { tauEnd }) };
}

/** The positions of a stage at the last known step; undefined without trained coordinates. */
export function finalStepsOf(data: RunData, stage: string): FinalSteps | undefined {
  const last = data.steps.at(-1)?.stages?.[stage];
  const final = data.result?.finalSteps[stage];
  if (final?.order.length) return { ...final, ...(last?.tauEnd && !final.tauEnd && { tauEnd: last.tauEnd }) };
  return last && stepsFrom(last, data.config?.reorder !== false);
}

/** The initial step size of every block: 1, or 1/n if the depth was [0, 1]. */
export function startStepOf(data: RunData, blocks: number): number {
  return data.config?.['tau-start'] === 'uniform' ? 1 / blocks : 1;
}
