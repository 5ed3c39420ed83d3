/** Runs `meanfield demo`. */
import { join } from 'node:path';
import { MeanfieldError } from '../errors.ts';
import { listenForInterrupt, resolveConfig, startRun } from '../train/index.ts';
import { colours, duration, print, say } from './output.ts';
import { progressPrinter } from './progress-bar.ts';
import { textTable } from './text-table.ts';
import { cpuHasBf16 } from '../native/index.ts';
import { meanfieldCommand } from '../program.ts';

export interface DemoFlags {
  output: string;
  seeds: number;
  epochs: number;
  trainBatches: number;
  threads?: number;
  json?: boolean;
}

/** Blocks change their order within a few hundred steps. */
const tauLrFactor = 10;

const schemesShown = ['vanilla', 'mean-field'] as const;

interface DemoRow {
  readonly scheme: string;
  readonly seed: number;
  readonly testError: number;
  readonly seconds: number;
  readonly swaps: number;
  readonly run: string;
}

interface DemoOutcome {
  readonly rows: readonly DemoRow[];
  readonly report: string;
}

/** Trains ResNet20 at width 8 (stages with 3, 2, 2 exchangeable blocks) with both schemes on the same seeds. */
export async function runDemo(flags: DemoFlags): Promise<DemoOutcome> {
  const { bold, dim } = colours();
  const started = performance.now();
  const rows: DemoRow[] = [];
  const interrupt = listenForInterrupt();
  say(bold('meanfield demo: ResNet20 of width 8 on Fashion-MNIST, vanilla and mean-field (Algorithm 1)'));
  say(
    dim(
      `tau learns ${tauLrFactor} times as fast as the weights, so that blocks change places in so short a run`,
    ),
  );
  for (let seed = 1; seed <= flags.seeds; seed++)
    for (const scheme of schemesShown) {
      const onProgress = progressPrinter(`${scheme.padEnd(10)} seed ${seed}`);
      const config = demoConfig(scheme, seed, flags);
      const session = await startRun(config, {
        root: flags.output,
        onProgress,
        interrupted: () => interrupt.requested,
      });
      if (!session.result) {
        throw new MeanfieldError(
          `demo stopped; run it again, or resume this run: ${meanfieldCommand('train', '--resume', { path: session.dir })}`,
          { exitCode: session.exitCode },
        );
      }
      const { testError, seconds, swaps } = session.result;
      rows.push({ scheme, seed, testError, seconds, swaps, run: session.dir });
    }
  interrupt.release();
  const report = join(flags.output, 'demo.html');
  const { writeReport } = await import('../report/index.ts');
  await writeReport(
    rows.map((row) => row.run),
    { html: report },
  );
  sayEnd(rows, report, (performance.now() - started) / 1000, flags);
  return { rows, report };
}

function demoConfig(
  scheme: (typeof schemesShown)[number],
  seed: number,
  flags: DemoFlags,
): ReturnType<typeof resolveConfig> {
  return resolveConfig({
    dataset: 'fashion-mnist',
    model: 'resnet20',
    width: 8,
    scheme,
    seed,
    epochs: flags.epochs,
    limitTrainBatches: flags.trainBatches,
    lr: 0.1,
    ...(scheme === 'mean-field' && { tauLrFactor }),
    threads: flags.threads,
  });
}

function sayEnd(
  rows: readonly DemoRow[],
  report: string,
  seconds: number,
  { epochs, trainBatches }: DemoFlags,
): void {
  const table = textTable(
    ['scheme', 'seed', 'test error %', 'swaps', 'time'],
    rows.map(({ scheme, seed, testError, swaps, seconds: time }) => [
      scheme,
      String(seed),
      testError.toFixed(2),
      String(swaps),
      duration(time),
    ]),
  );
  print(`\n${table}\n`);
  const { dim } = colours();
  say(
    dim(
      `${epochs} epochs of ${trainBatches} batches of 128, last epoch, 10,000 test images; ${duration(seconds)} in total`,
    ),
  );
  say(`report with curves, positions and swaps: ${report}`);
  const amp = cpuHasBf16() ? ['--amp'] : [];
  const run = rows.at(-1)!.run;
  say(
    [
      'next, train on all of Fashion-MNIST:',
      `  ${meanfieldCommand('train', '--width', '16', '--epochs', '15', ...amp)}`,
      'train on CIFAR-10:',
      `  ${meanfieldCommand('data', 'fetch', 'cifar10', '--data-dir', 'data')}`,
      `  ${meanfieldCommand('train', '--dataset', 'cifar10', '--data-dir', 'data', ...amp)}`,
      'show the error of each class:',
      `  ${meanfieldCommand('evaluate', { path: run })}`,
    ].join('\n'),
  );
}
