/** `meanfield bench`: our speed beside PyTorch's. */
import { type Command, Option } from 'commander';
import type { StepFlags } from './bench-step.ts';
import { parseInteger } from './flags.ts';
import { printJson, say, textTable } from './output.ts';

export function registerBench(program: Command): void {
  const bench = program.command('bench').description('measure speed against PyTorch on this machine');
  bench
    .command('step')
    .description("one training step of a ResNet, ours and PyTorch's in alternating fresh processes")
    .addOption(new Option('--depth <n>', 'depth of the net').argParser(parseInteger).default(20))
    .addOption(new Option('-b, --batch-size <n>', 'images a step').argParser(parseInteger).default(128))
    .addOption(new Option('--runs <n>', 'processes of each kind').argParser(parseInteger).default(7))
    .addOption(new Option('--steps <n>', 'timed steps a process').argParser(parseInteger).default(20))
    .addOption(new Option('--warmup <n>', 'steps before them').argParser(parseInteger).default(5))
    .addOption(new Option('--scheme <names...>', 'schemes').default(['vanilla', 'mean-field']))
    .addOption(new Option('--no-reorder', 'mean-field with its order frozen'))
    .addOption(
      new Option('--precision <names...>', 'f32, bf16').choices(['f32', 'bf16']).default(['f32', 'bf16']),
    )
    .addOption(
      new Option('--threads <n>', 'threads of each process (default: all cores)').argParser(parseInteger),
    )
    .option('--json', 'print one JSON object at the end')
    .action(async (flags: StepFlags) => {
      const { runStepBenchmark } = await import('./bench-step.ts');
      const outcome = await runStepBenchmark(flags);
      if (flags.json) printJson(outcome);
      else
        process.stdout.write(
          `${textTable(
            ['benchmark', 'ours ms', 'PyTorch ms', 'ratio', 'pairs'],
            outcome.rows.map((row) => [
              row.name,
              row.ours.toFixed(1),
              row.peer.toFixed(1),
              row.ratio.toFixed(3),
              `${row.ratioRange[0].toFixed(2)}-${row.ratioRange[1].toFixed(2)}`,
            ]),
          )}\n`,
        );
      if (outcome.busy)
        say('the machine was busy: these figures are not comparable; run again when it is idle');
    });
}
