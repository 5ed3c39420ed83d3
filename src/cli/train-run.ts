/** Runs `meanfield train` and reports progress. */
import { join } from 'node:path';
import {
  commandLine,
  type Experiment,
  flagOf,
  listenForInterrupt,
  overrideSettings,
  resolveConfig,
  resumeRun,
  schemeName,
  type SessionOptions,
  type SessionResult,
  startRun,
  type TrainConfig,
  type TrainOptions,
} from '../train/index.ts';
import { colours, duration, printJson, say } from './output.ts';
import { progressPrinter } from './progress-bar.ts';
import { type CommandSettings, readFileSettings } from './settings-file.ts';
import { checkCombination, lastUnfinished, type TrainFlags } from './train-choice.ts';
import { showPlan } from './train-plan.ts';
import type { TrainResult } from './train-result.ts';
import { trainSeeds } from './train-seeds.ts';
import { clearLiveLine } from './terminal.ts';
import { meanfieldCommand } from '../program.ts';
import { type DepthMovement, depthMovement, type RunResult, stoppedEarlyText } from '../runs/index.ts';

function sayStart(dir: string, { config, data, learner }: Experiment, threads: number): void {
  const { bold, dim } = colours();
  const particles = [...learner.model.stages.values()].map((stage) => stage.particles).join(', ');
  say(
    `${bold(`${config.model} ${schemeName(config)}`)} on ${config.dataset}: ${data.train.count} + ${data.test.count} images${data.validation ? ` and ${data.validation.count} for validation` : ''}, ` +
      `${learner.model.parameterCount.toLocaleString('en')} parameters, exchangeable blocks ${particles}${config.block === undefined ? '' : ` of ${config.block}`}`,
  );
  for (const note of data.notes ?? []) say(`note: ${note}`);
  if (config.patience !== undefined && !data.validation)
    say(
      'note: --patience monitors the test error, so the test images choose the last epoch; --val-split holds out training images for that',
    );
  say(
    dim(
      `run folder ${dir}, seed ${config.seed}, ${threads} thread${threads > 1 ? 's' : ''}${config.amp ? ', bf16' : ''}`,
    ),
  );
}

/** `tau moved by 0.21 on average, by at most 0.53; blocks changed places 3 times`. */
function movementSentence(
  { coordinate, mean, max }: DepthMovement,
  { swaps, scheme }: Pick<RunResult, 'swaps' | 'scheme'>,
): string {
  const moved = `${coordinate} ${coordinate === 'tau' ? 'moved' : 'changed'} by ${mean.toPrecision(2)} on average, by at most ${max.toPrecision(2)}`;
  if (max === 0) return `${coordinate} did not move`;
  if (coordinate !== 'tau' || scheme.endsWith('-no-reorder')) return moved;
  return `${moved}; blocks ${swaps === 0 ? 'kept their order' : `changed places ${swaps === 1 ? 'once' : `${swaps} times`}`}`;
}

/** The request of a command line and its settings file together. */
interface Asked {
  readonly command: CommandSettings;
  readonly config: TrainConfig;
}

/**
 * Flags override the file, the file overrides the defaults. @throws UsageError that names the flag, or the file and
 * line
 */
function askedFor(flags: TrainFlags, settings: TrainOptions): Asked {
  const { config: path, ...command } = flags;
  if (path === undefined) return { command, config: resolveConfig(settings, commandLine) };
  const file = readFileSettings(path);
  const { settings: both, dropped } = overrideSettings(file.training, settings);
  if (dropped.length > 0)
    say(
      `${path}: ${dropped.map(flagOf).join(', ')} ignored: without effect given the flags of the command line`,
    );
  const config = resolveConfig(both, (key) => (key in settings ? commandLine : file.placeOf(key)));
  const given = Object.entries(command).filter(([, value]) => value !== undefined);
  return { command: { ...file.command, ...Object.fromEntries(given) }, config };
}

function sayNewEnd({ sched, epochs }: TrainConfig): void {
  const spansTheRun = sched === 'one-cycle' || sched === 'cosine';
  say(
    `training to epoch ${epochs}: the learning rate ${spansTheRun ? `follows ${sched} over ${epochs} epochs from this step on` : `is that of a run of ${epochs} epochs`}`,
  );
}

/** Trains, and prints the result with --json. @throws the named errors of configuration, data and training */
export async function runTraining(flags: TrainFlags, settings: Record<string, unknown>): Promise<void> {
  checkCombination(flags, settings);
  const { resume, seeds, dryRun } = flags;
  if (resume !== undefined) {
    const dir = resume === 'last' ? lastUnfinished(flags.output ?? 'runs') : resume;
    const result = await train(flags, (options) => {
      const onStart: SessionOptions['onStart'] = (...start) => {
        options.onStart?.(...start);
        if ('epochs' in settings && !flags.quiet) sayNewEnd(start[1].config);
      };
      return resumeRun(dir, settings, { ...options, onStart });
    });
    if (flags.json) printJson(result);
    return;
  }
  const { command, config } = askedFor(flags, settings);
  if (dryRun) {
    await showPlan(config, command);
    return;
  }
  if (seeds === undefined) {
    const result = await train(command, (options) => startRun(config, options));
    if (command.json) printJson(result);
    return;
  }
  const results = await trainSeeds(seeds, (seed) => {
    const name = command.name === undefined ? {} : { name: `${command.name}-s${seed}` };
    return train({ ...command, ...name }, (options) => startRun({ ...config, seed }, options));
  });
  if (command.json) printJson(results);
}

async function train(
  { output = 'runs', name, report: withReport = true, quiet = false }: CommandSettings,
  begin: (options: SessionOptions) => Promise<SessionResult>,
): Promise<TrainResult> {
  const interrupt = listenForInterrupt(() => {
    say('stopping after this step (again to stop at once)');
  });
  const options: SessionOptions = {
    root: output,
    ...(name !== undefined && { name }),
    ...(!quiet && { onProgress: progressPrinter() }),
    onStart: (dir, experiment, threads) => {
      if (!quiet) sayStart(dir, experiment, threads);
    },
    onBusy: (holders, threads) => {
      say(
        `using ${threads} core${threads === 1 ? '' : 's'}; others are held by process ${holders.join(', ')}`,
      );
    },
    interrupted: () => interrupt.requested,
  };
  try {
    const session = await begin(options);
    process.exitCode = session.exitCode;
    if (!session.result) {
      say(`stopped; resume with: ${meanfieldCommand('train', '--resume', { path: session.dir })}`);
      return { run: session.dir, finished: false };
    }
    const report = withReport ? await reportOf(session.dir) : undefined;
    const { testError, testLoss, top5Error, emaTestError, epochs, stoppedEarly } = session.result;
    const { seconds, secondsPerEpoch, swaps } = session.result;
    const movement = depthMovement(session.dir);
    if (!quiet) {
      const stopped = stoppedEarlyText(session.result);
      if (stopped !== undefined) say(stopped);
      if (movement) say(movementSentence(movement, session.result));
      const averaged = emaTestError === undefined ? '' : ` (averaged weights: ${emaTestError.toFixed(2)} %)`;
      say(
        `test error ${testError.toFixed(2)} %${averaged} after ${epochs} epoch${epochs === 1 ? '' : 's'}, ${duration(seconds)}${report ? `; report ${report}` : ''}`,
      );
    }
    return {
      run: session.dir,
      finished: true,
      testError,
      testLoss,
      ...(top5Error !== undefined && { top5Error }),
      ...(emaTestError !== undefined && { emaTestError }),
      epochs,
      ...(stoppedEarly && { stoppedEarly }),
      seconds,
      secondsPerEpoch,
      swaps,
      ...(movement && { depthMovement: movement }),
      ...(report && { report }),
    };
  } finally {
    clearLiveLine();
    interrupt.release();
  }
}

async function reportOf(dir: string): Promise<string> {
  const { writeReport } = await import('../report/index.ts');
  const html = join(dir, 'report.html');
  await writeReport([dir], { html, figures: join(dir, 'figures') });
  return html;
}
