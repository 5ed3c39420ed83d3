/** The command `meanfield`: declares the commands; each imports its implementation when it runs. */
import { Command } from 'commander';
import { setImmediate } from 'node:timers/promises';
import { exitCodes } from '../errors.ts';
import { guardProcess } from '../processes/guard.ts';
import { takePaths } from './flags.ts';
import { registerAnalyse } from './analyse.ts';
import { registerBench } from './bench.ts';
import { registerCompare } from './compare.ts';
import { registerConfigSchema } from './config-schema.ts';
import { registerData } from './data.ts';
import { registerDemo } from './demo.ts';
import { registerDoctor } from './doctor.ts';
import { registerEvaluate } from './evaluate.ts';
import { registerExport } from './export.ts';
import { exitCodeNote } from './exit-codes.ts';
import { asksForJson, tellFailure } from './failure.ts';
import { registerExportRun } from './history.ts';
import { registerLab } from './lab.ts';
import { registerPredict } from './predict.ts';
import { registerReport } from './report.ts';
import { registerReproduce } from './reproduce.ts';
import { registerSetup } from './setup.ts';
import { registerStudio } from './studio.ts';
import { registerTrain } from './train.ts';
import { registerVerify } from './verify.ts';
import { packageVersion } from './version.ts';
import { type Example, addExamples, wrapHelp } from './help.ts';

const examples: readonly Example[] = [
  { words: 'train --dataset fashion-mnist --model resnet20 --width 8 --epochs 2' },
  { words: 'train --dataset cifar10 --data-dir ~/data --model resnet20 --scheme mean-field --epochs 15' },
  { words: 'train --resume runs/20260101-120000-resnet20-mean-field-s42' },
  { words: 'report runs/* --output report.html' },
  { words: 'studio' },
  { words: 'doctor' },
];

/** The program with all its commands. */
export function createProgram(): Command {
  const program = new Command('meanfield')
    .description('Deep ResNets as mean-field models: blocks with positions in depth, trained together.')
    .version(packageVersion(), '-V, --version')
    .helpOption('-h, --help', 'show help');
  addExamples(program, examples, [exitCodeNote()]);
  registerTrain(program);
  registerConfigSchema(program);
  registerEvaluate(program);
  registerExport(program);
  registerExportRun(program);
  registerPredict(program);
  registerReport(program);
  registerCompare(program);
  registerReproduce(program);
  registerStudio(program);
  registerLab(program);
  registerAnalyse(program);
  registerVerify(program);
  registerData(program);
  registerBench(program);
  registerSetup(program);
  registerDoctor(program);
  registerDemo(program);
  return program;
}

/** Commands whose result is a run folder: their stdout may be lost. */
const recorded: ReadonlySet<string> = new Set(['train', 'demo', 'reproduce', 'studio']);

/** @param onRefused - called with the command that refuses its arguments, before its error is thrown */
export function prepare(program: Command, onRefused: (command: Command) => void): void {
  for (const command of [program, ...program.commands.flatMap((one) => [one, ...one.commands])]) {
    takePaths(command);
    wrapHelp(command);
    command.exitOverride().configureOutput({
      outputError: () => {
        onRefused(command);
      },
    });
  }
}

/** Runs the command line; returns the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  const { stdout } = guardProcess();
  const code = await runCommand(argv);
  // A failed write is reported on the next turn of the event loop.
  await setImmediate();
  const failure = stdout.failure();
  if (!failure || recorded.has(argv[2] ?? '')) return code;
  process.stderr.write(`meanfield: cannot write to stdout: ${failure.message}\n`);
  return code === exitCodes.done ? exitCodes.failed : code;
}

/** Like {@link run}, for output that is sure to arrive. */
export async function runCommand(argv: readonly string[]): Promise<number> {
  const program = createProgram();
  let refused: Command | undefined;
  prepare(program, (command) => {
    refused = command;
  });
  if (argv.length <= 2) {
    program.outputHelp();
    return exitCodes.done;
  }
  try {
    await program.parseAsync([...argv]);
    return typeof process.exitCode === 'number' ? process.exitCode : exitCodes.done;
  } catch (error) {
    return tellFailure(error, asksForJson(argv.slice(2)), refused);
  }
}
