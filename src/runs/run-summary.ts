/** One row per run: from its result if it has one, else from its records so far. */
import {
  currentStatus,
  isProcessAlive,
  type LiveState,
  type PlainRecord,
  readRun,
  type ResultNumbers,
  type RunData,
} from './index.ts';
import { median } from '../stats/index.ts';

export interface RunSummary {
  readonly name: string;
  readonly dataset: string;
  readonly model: string;
  /** With `-no-reorder` if the order was frozen. */
  readonly scheme: string;
  readonly seed: number | undefined;
  readonly state: LiveState | 'unknown';
  /** Finished and planned epochs. */
  readonly epochs: number;
  readonly plannedEpochs: number | undefined;
  readonly steps: number;
  /** In percent; for an unfinished run: of its last epoch. */
  readonly testError: number | undefined;
  readonly testLoss: number | undefined;
  readonly trainLoss: number | undefined;
  readonly seconds: number | undefined;
  readonly imagesPerSecond: number | undefined;
  readonly swaps: number;
  readonly parameters: number | undefined;
  /** Whether the run ended before its last epoch because its error did not improve. */
  readonly stoppedEarly: boolean;
  /** Whether the result is final. */
  readonly final: boolean;
}

function textOf(config: PlainRecord | undefined, key: string): string | undefined {
  const value = config?.[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function numberOf(config: PlainRecord | undefined, key: string): number | undefined {
  const value = config?.[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The median of the finite values. */
function typical(values: readonly number[]): number | undefined {
  const finite = values.filter(Number.isFinite);
  return finite.length ? median(finite) : undefined;
}

/** The part of a run needed for a row. */
type SummarisedRun = Omit<RunData, 'result'> & { readonly result?: ResultNumbers };

/** @param now - ms since 1970, at which the state is derived */
export function summariseRun(data: SummarisedRun, now = Date.now()): RunSummary {
  const { config, result, status, epochs, steps } = data;
  const last = epochs.at(-1);
  const scheme = result?.scheme ?? textOf(config, 'scheme') ?? 'unknown';
  const frozen = config?.reorder === false && !scheme.includes('reorder');
  const seconds = result?.seconds ?? steps.at(-1)?.seconds;
  return {
    name: data.name,
    dataset: result?.dataset ?? textOf(config, 'dataset') ?? 'unknown',
    model: result?.model ?? textOf(config, 'model') ?? 'unknown',
    scheme: frozen ? `${scheme}-no-reorder` : scheme,
    seed: result?.seed ?? numberOf(config, 'seed'),
    state: status
      ? currentStatus(status, () => readRun(data.dir).status(), now, isProcessAlive).state
      : 'unknown',
    epochs: result?.epochs ?? epochs.length,
    plannedEpochs: numberOf(config, 'epochs'),
    steps: result?.steps ?? steps.at(-1)?.step ?? 0,
    testError: result?.testError ?? last?.evalError,
    testLoss: result?.testLoss ?? last?.evalLoss,
    trainLoss: result?.trainLoss ?? last?.trainLoss,
    seconds,
    imagesPerSecond:
      typical(epochs.flatMap(({ imagesPerSecond }) => imagesPerSecond ?? [])) ??
      typical(steps.map(({ imagesPerSecond }) => imagesPerSecond)),
    swaps: result?.swaps ?? data.swaps.length,
    parameters: result?.parameters,
    stoppedEarly: result?.stoppedEarly !== undefined,
    final: result !== undefined,
  };
}
