/** Runs `meanfield train` and tells how it goes. */
import { join } from 'node:path';
import { readConfigFile } from '../runs/index.ts';
import {
  configFromRecord,
  type Experiment,
  listenForInterrupt,
  resolveConfig,
  resumeRun,
  schemeName,
  type SessionOptions,
  startRun,
} from '../train/index.ts';
import { colours, duration, say } from './output.ts';
import { progressPrinter } from './progress-bar.ts';
import { clearLiveLine } from './terminal.ts';

export interface TrainFlags {
  config?: string;
  output: string;
  name?: string;
  resume?: string;
  report: boolean;
  json?: boolean;
  quiet?: boolean;
}

/** What --json prints. */
export interface TrainResult {
  readonly run: string;
  readonly finished: boolean;
  readonly testError?: number;
  readonly testLoss?: number;
  readonly top5Error?: number;
  readonly epochs?: number;
  readonly seconds?: number;
  readonly secondsPerEpoch?: readonly number[];
  readonly swaps?: number;
  readonly report?: string;
}

function sayStart(dir: string, { config, data, learner }: Experiment, threads: number): void {
  const { bold, dim } = colours();
  const particles = [...learner.model.stages.values()].map((stage) => stage.particles).join(', ');
  say(
    `${bold(`${config.model} ${schemeName(config)}`)} on ${config.dataset}: ${data.train.count} + ${data.test.count} images${data.validation ? ` and ${data.validation.count} for validation` : ''}, ` +
      `${learner.model.parameterCount.toLocaleString('en')} parameters, exchangeable blocks ${particles}`,
  );
  for (const note of data.notes ?? []) say(`note: ${note}`);
  say(
    dim(
      `run folder ${dir}, seed ${config.seed}, ${threads} thread${threads > 1 ? 's' : ''}${config.amp ? ', bf16' : ''}`,
    ),
  );
}

/** @throws the named errors of configuration, data and training */
export async function runTraining(
  flags: TrainFlags,
  settings: Record<string, unknown>,
): Promise<TrainResult> {
  const interrupt = listenForInterrupt(() => {
    say('stopping after this step (again to stop at once)');
  });
  const options: SessionOptions = {
    root: flags.output,
    ...(flags.name !== undefined && { name: flags.name }),
    ...(!flags.quiet && { onProgress: progressPrinter() }),
    onStart: (dir, experiment, threads) => {
      if (!flags.quiet) sayStart(dir, experiment, threads);
    },
    onBusy: (holders, threads) => {
      say(`cores are held by process ${holders.join(', ')}: this run takes ${threads}`);
    },
    interrupted: () => interrupt.requested,
  };
  try {
    const session =
      flags.resume === undefined
        ? await startRun(resolveConfig({ ...configFile(flags.config), ...settings }, 'command line'), options)
        : await resumeRun(flags.resume, settings, options);
    process.exitCode = session.exitCode;
    if (!session.result) {
      say(`stopped; go on with: meanfield train --resume ${session.dir}`);
      return { run: session.dir, finished: false };
    }
    const report = flags.report ? await reportOf(session.dir) : undefined;
    const { testError, testLoss, top5Error, epochs, seconds, secondsPerEpoch, swaps } = session.result;
    if (!flags.quiet)
      say(
        `test error ${testError.toFixed(2)} % after ${epochs} epochs, ${duration(seconds)}${report ? `; report ${report}` : ''}`,
      );
    return {
      run: session.dir,
      finished: true,
      testError,
      testLoss,
      top5Error,
      epochs,
      seconds,
      secondsPerEpoch,
      swaps,
      ...(report && { report }),
    };
  } finally {
    clearLiveLine();
    interrupt.release();
  }
}

function configFile(file: string | undefined): Record<string, unknown> {
  return file === undefined ? {} : { ...configFromRecord(readConfigFile(file)) };
}

async function reportOf(dir: string): Promise<string> {
  const { writeReport } = await import('../report/index.ts');
  const html = join(dir, 'report.html');
  await writeReport([dir], { html, figures: join(dir, 'figures') });
  return html;
}
