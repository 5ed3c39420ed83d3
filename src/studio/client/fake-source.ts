/** A data source for tests: the test sets its answers and sees every open stream. */
import { signal } from '@preact/signals';
import type { SwapRecord } from '../../runs/index.ts';
import type { RowsEvent, RunDetail, RunList, RunRow, StepCurves } from '../protocol/index.ts';
import { fakeCurves } from './fake-row.ts';
import type { RunListener, Source, Stop } from './source/source.ts';

export const fakeDetail = (row: RunRow, given: Partial<RunDetail> = {}): RunDetail => ({
  row,
  config: null,
  environment: null,
  epochs: [],
  result: null,
  checkpoints: [],
  stamp: '',
  message: null,
  files: { report: false, analysis: false, samples: false },
  commands: { start: '', resume: '', evaluate: '', report: '', analyse: '' },
  ...given,
});

export interface FakeSource extends Source {
  /** Answers to the next requests. */
  answers: {
    list: () => Promise<RunList>;
    run: () => Promise<RunDetail>;
    curves: StepCurves;
    swaps: readonly SwapRecord[];
  };
  /** The open streams. */
  readonly listStreams: Set<{ onChange: (event: RowsEvent) => void; missed: () => void }>;
  readonly runStreams: Set<{ after: number; listener: RunListener }>;
}

const never = (): Promise<never> => Promise.reject(new Error('not asked in this test'));

export function fakeSource(): FakeSource {
  const listStreams: FakeSource['listStreams'] = new Set();
  const runStreams: FakeSource['runStreams'] = new Set();
  const opened = <T>(all: Set<T>, one: T): Stop => {
    all.add(one);
    return () => {
      all.delete(one);
    };
  };
  const source: FakeSource = {
    connection: signal('live'),
    actions: undefined,
    answers: { list: never, run: never, curves: fakeCurves([]), swaps: [] },
    listStreams,
    runStreams,
    list: () => source.answers.list(),
    run: () => source.answers.run(),
    steps: () => Promise.resolve(source.answers.curves),
    swaps: () => Promise.resolve({ swaps: source.answers.swaps, total: source.answers.swaps.length }),
    weights: never,
    samples: never,
    reproduction: never,
    file: (_, name) => name,
    watchList: (_, onChange, missed) => opened(listStreams, { onChange, missed }),
    watchRun: (_, after, listener) => opened(runStreams, { after, listener }),
  };
  return source;
}
