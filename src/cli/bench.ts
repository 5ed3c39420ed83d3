/** `meanfield bench`: our speed compared with PyTorch's. */
import { type Command, Option } from 'commander';
import type { DataFlags, EpochFlags } from './bench-data.ts';
import type { FlowFlags } from './bench-flow.ts';
import type { InferFlags } from './bench-infer.ts';
import type { BenchFlags } from './bench-run.ts';
import type { ScalingFlags } from './bench-scaling.ts';
import type { StepFlags } from './bench-step.ts';
import { wholeNumber } from './flags.ts';

const integer = (flag: string, description: string, fallback?: number, min = 1): Option => {
  const option = new Option(flag, description).argParser(wholeNumber(min));
  return fallback === undefined ? option : option.default(fallback);
};

const precision = (fallback: readonly string[]): Option =>
  new Option('--precision <names...>', 'f32, bf16').choices(['f32', 'bf16']).default(fallback);

const dataDir = (): Option =>
  new Option('--data-dir <dir>', 'folder that holds the binary version of CIFAR-10').makeOptionMandatory();

/** Options of every benchmark; those that repeat within a process also take the number of repetitions. */
function common(command: Command, repetitions?: { steps: number; warmup: number }): Command {
  command.addOption(integer('--runs <n>', 'processes per program', 7));
  if (repetitions)
    command
      .addOption(integer('--steps <n>', 'timed repetitions per process', repetitions.steps))
      .addOption(integer('--warmup <n>', 'warm-up repetitions per process', repetitions.warmup, 0));
  return command
    .addOption(integer('--threads <n>', 'threads of each process (default: all cores)'))
    .option('--json', 'print one JSON object at the end');
}

export function registerBench(program: Command): void {
  const bench = program.command('bench').description('measure speed against PyTorch on this machine');
  const step = bench
    .command('step')
    .description('one training step of a ResNet, in meanfield and in PyTorch, in alternating fresh processes')
    .addOption(integer('--depth <n>', 'depth of the net', 20))
    .addOption(integer('-b, --batch-size <n>', 'images per step', 128))
    .addOption(new Option('--scheme <names...>', 'schemes').default(['vanilla', 'mean-field']))
    .addOption(new Option('--no-reorder', 'mean-field without reordering'))
    .addOption(precision(['f32', 'bf16']));
  common(step, { steps: 20, warmup: 5 }).action(async (flags: StepFlags) => {
    const { runStepBenchmark } = await import('./bench-step.ts');
    await runStepBenchmark(flags);
  });
  const infer = bench
    .command('infer')
    .description('inference of a ResNet, against the fastest of three PyTorch variants')
    .addOption(integer('--depth <n>', 'depth of the net', 20))
    .addOption(integer('-b, --batch-size <n>', 'images per batch', 500))
    .addOption(precision(['f32', 'bf16']));
  common(infer, { steps: 20, warmup: 5 }).action(async (flags: InferFlags) => {
    const { runInferBenchmark } = await import('./bench-infer.ts');
    await runInferBenchmark(flags);
  });
  const flow = bench
    .command('flow')
    .description('flow, adjoint and every gradient of the mean-field model, against autograd in PyTorch')
    .addOption(integer('--samples <n>', 'samples N (default: three problems; one if any size is given)'))
    .addOption(integer('--particles <n>', 'particles M per slice'))
    .addOption(integer('--features <n>', 'd'))
    .addOption(integer('--slices <n>', 'L'))
    .addOption(new Option('--precision <names...>', 'f32, f64').choices(['f32', 'f64']).default(['f64']));
  common(flow, { steps: 5, warmup: 2 }).action(async (flags: FlowFlags) => {
    const { runFlowBenchmark } = await import('./bench-flow.ts');
    await runFlowBenchmark(flags);
  });
  const data = bench
    .command('data')
    .description('batches of CIFAR-10, augmented and normalised')
    .addOption(dataDir())
    .addOption(integer('-b, --batch-size <n>', 'images per batch', 128));
  common(data, { steps: 100, warmup: 10 }).action(async (flags: DataFlags) => {
    const { runDataBenchmark } = await import('./bench-data.ts');
    await runDataBenchmark(flags);
  });
  const epoch = bench
    .command('epoch')
    .description('an epoch of training and evaluation on CIFAR-10, including its run folder')
    .addOption(dataDir())
    .addOption(integer('--depth <n>', 'depth of the net', 20))
    .addOption(integer('-b, --batch-size <n>', 'images per step', 128))
    .addOption(new Option('--scheme <names...>', 'schemes').default(['mean-field']))
    .addOption(precision(['bf16']))
    .addOption(integer('--limit-train-batches <n>', 'max batches per epoch; 0: all', 0, 0));
  common(epoch).action(async (flags: EpochFlags) => {
    const { runEpochBenchmark } = await import('./bench-data.ts');
    await runEpochBenchmark(flags);
  });
  const memory = bench.command('memory').description('memory growth beyond the model and its inputs');
  common(memory, { steps: 3, warmup: 1 }).action(async (flags: BenchFlags) => {
    const { runMemoryBenchmark } = await import('./bench-memory.ts');
    await runMemoryBenchmark(flags);
  });
  const scaling = bench
    .command('scaling')
    .description('how the cost grows with depth, width, particles, samples and batch: fitted exponents')
    .addOption(new Option('--axis <names...>', 'such as "flow particles" (default: all)'));
  common(scaling, { steps: 3, warmup: 1 }).action(async (flags: ScalingFlags) => {
    const { runScalingBenchmark } = await import('./bench-scaling.ts');
    await runScalingBenchmark(flags);
  });
}
