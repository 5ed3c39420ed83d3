/** Writes run folders. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { FileError } from '../errors.ts';
import { makeFolder, makeNewFolder, writeFileAtomic } from '../io/index.ts';
import { writeConfigFile } from './config-file.ts';
import { withFileErrors } from './disk.ts';
import { Journal } from './journal.ts';
import { checkRunName, runFiles } from './layout.ts';
import { processMark } from '../processes/index.ts';
import { readRun } from './reader.ts';
import { recordSchema } from './schemas.ts';
import { conditions } from './shared-facts.ts';
import { summaryFromCsv, summaryToCsv } from './summary.ts';
import type {
  EpochRecord,
  PlainRecord,
  RunResult,
  RunState,
  RunStatus,
  StepRecord,
  SwapRecord,
  TestSamples,
} from './types.ts';

const continuedSchema = z.array(recordSchema);

/** Minimum time between two heartbeats, in ms. */
const heartbeatEvery = 2000;

export interface RunWriterOptions {
  /** ms since 1970; for tests. */
  readonly now?: () => number;
}

export type Progress = Pick<RunStatus, 'step' | 'epoch' | 'totalSteps'>;
/** How a run ended. */
export interface Ending {
  readonly exitCode: number;
  readonly message?: string;
}

/** The first free name of `name`, `name-2`, `name-3`, ..; creating the folder claims it. */
function claimFolder(root: string, name: string): string {
  makeFolder(root);
  for (let attempt = 1; ; attempt++) {
    const dir = join(root, attempt === 1 ? name : `${name}-${attempt}`);
    if (makeNewFolder(dir)) return dir;
  }
}

/** One process writes one run; `dispose` (or `close`) releases its files. */
export class RunWriter {
  readonly dir: string;
  readonly name: string;
  /** Gaps in the records of a resumed run, one line each; empty for a new run. */
  readonly problems: readonly string[];
  readonly #metrics: Journal;
  readonly #swaps: Journal;
  readonly #now: () => number;
  #epochs: EpochRecord[] = [];
  #status: RunStatus;
  #lastBeat = -Infinity;

  private constructor(dir: string, at: { step: number; epochs: number }, options: RunWriterOptions) {
    this.dir = dir;
    this.name = basename(dir);
    this.#now = options.now ?? Date.now;
    this.#metrics = new Journal(join(dir, runFiles.metrics));
    this.#swaps = new Journal(join(dir, runFiles.swaps));
    this.problems = this.#cutBack(at);
    const started = this.#time();
    const mark = processMark();
    this.#status = {
      pid: process.pid,
      host: hostname(),
      ...(mark && { process: mark }),
      state: 'running',
      heartbeat: started,
      started,
      step: at.step,
      epoch: at.epochs,
      totalSteps: 0,
    };
    this.#beat();
  }

  /**
   * Creates `root/name`, or `root/name-2`, `root/name-3`, .. if it is taken.
   *
   * @throws UsageError for a name that is a path
   */
  static create(root: string, name: string, options: RunWriterOptions = {}): RunWriter {
    return new RunWriter(claimFolder(root, checkRunName(name)), { step: 0, epochs: 0 }, options);
  }

  /**
   * Continues a run from a checkpoint: all later records are dropped, including a result, so that the files continue as
   * if the run had never been interrupted.
   *
   * @param step - updates made at the checkpoint
   * @param epochs - epochs finished at the checkpoint
   */
  static resume(dir: string, step: number, epochs: number, options: RunWriterOptions = {}): RunWriter {
    if (!existsSync(dir)) throw new FileError(`no run folder ${dir}`);
    withFileErrors('tidy', dir, () => {
      // A kill leaves half-written files behind, under temporary names.
      const stale = readdirSync(dir).filter(
        (name) => name === runFiles.result || name === runFiles.samples || /^\..+\.new-\d+$/.test(name),
      );
      for (const name of stale) rmSync(join(dir, name), { force: true });
    });
    return new RunWriter(dir, { step, epochs }, options);
  }

  #cutBack({ step, epochs }: { step: number; epochs: number }): string[] {
    const problems: string[] = [];
    const last = this.#metrics.truncateAfter(step);
    if (last < step)
      problems.push(
        `${runFiles.metrics} ends at step ${last}, the checkpoint is at step ${step}: the curves have a gap`,
      );
    this.#swaps.truncateAfter(step);
    const file = join(this.dir, runFiles.summary);
    if (existsSync(file))
      this.#epochs = withFileErrors('read', file, () =>
        summaryFromCsv(readFileSync(file, 'utf8')),
      ).epochs.filter(({ epoch }) => epoch < epochs);
    if (this.#epochs.length < epochs)
      problems.push(
        `${runFiles.summary} has ${this.#epochs.length} of the ${epochs} epochs before the checkpoint`,
      );
    this.#writeSummary();
    return problems;
  }

  #time(): string {
    return new Date(this.#now()).toISOString();
  }

  #write(name: string, text: string): void {
    const file = join(this.dir, name);
    withFileErrors('write', file, () => {
      writeFileAtomic(file, text);
    });
  }

  #writeJson(name: string, content: unknown): void {
    this.#write(name, `${JSON.stringify(content, null, 2)}\n`);
  }

  #writeSummary(): void {
    this.#write(runFiles.summary, summaryToCsv(this.#epochs));
  }

  config(config: PlainRecord): void {
    writeConfigFile(join(this.dir, runFiles.config), config);
  }

  /** A copy of an own residual block, with which the run can be continued and evaluated. */
  block(name: string, source: string): void {
    this.#write(name, source);
  }

  /** Where the run computes; `command` is the command line that started it. */
  environment(environment: PlainRecord): void {
    this.#writeJson(runFiles.environment, environment);
  }

  /**
   * Appends to `continued` of `env.json` what differs from the earlier conditions, for a run that continues at `step`:
   * on another machine, with another libtorch, or to another number of epochs (`epochs`, only if it has changed), its
   * numbers are no longer bit-identical to an uninterrupted run.
   */
  continued(environment: PlainRecord, step: number): void {
    const file = join(this.dir, runFiles.environment);
    if (!existsSync(file)) {
      this.environment(environment);
      return;
    }
    const before = readRun(this.dir).environment() ?? {};
    const earlier = continuedSchema.safeParse(before.continued).data ?? [];
    const sofar = earlier.reduce<PlainRecord>((facts, stage) => ({ ...facts, ...stage }), before);
    const changed = conditions.filter(
      (key) => JSON.stringify(environment[key]) !== JSON.stringify(sofar[key]),
    );
    const { epochs } = environment;
    if (changed.length === 0 && epochs === undefined) return;
    const facts = Object.fromEntries(changed.map((key) => [key, environment[key]]));
    if (epochs !== undefined) facts.epochs = epochs;
    this.environment({ ...before, continued: [...earlier, { step, ...facts }] });
  }

  /** Appends to `metrics.jsonl`. @throws FileError if the disk is full */
  step(record: StepRecord): void {
    this.#metrics.append(record);
  }

  /** Appends to `swaps.jsonl`. @throws FileError if the disk is full */
  swap(record: SwapRecord): void {
    this.#swaps.append(record);
  }

  /** Appends a line to `summary.csv`. */
  epoch(record: EpochRecord): void {
    this.#epochs.push(record);
    this.#writeSummary();
  }

  result(result: RunResult): void {
    this.#writeJson(runFiles.result, result);
  }

  samples(samples: TestSamples): void {
    // Images make the file long: no indentation.
    this.#write(runFiles.samples, `${JSON.stringify(samples)}\n`);
  }

  /** Writes the heartbeat and the position, at most every 2 s. */
  heartbeat(progress: Progress): void {
    this.#status = { ...this.#status, ...progress };
    if (this.#now() - this.#lastBeat >= heartbeatEvery) this.#beat();
  }

  #beat(): void {
    this.#lastBeat = this.#now();
    this.#status = { ...this.#status, heartbeat: this.#time() };
    this.#writeJson(runFiles.status, this.#status);
  }

  /** Returns when every record is on disk; call it before saving a checkpoint. */
  sync(): void {
    this.#metrics.sync();
    this.#swaps.sync();
  }

  /** Writes how the run ended, and closes its files. */
  finish(state: Exclude<RunState, 'running'>, ending: Ending): void {
    this.close();
    this.#status = { ...this.#status, state, ...ending };
    this.#beat();
  }

  /** Closes the files without changing the state. */
  close(): void {
    this.#metrics.close();
    this.#swaps.close();
  }
}
