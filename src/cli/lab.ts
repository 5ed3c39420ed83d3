/** `meanfield lab`: the pictures of the Studio's lab as numbers. */
import { type Command, Option } from 'commander';
import type { Knob } from '../studio/lab/index.ts';
import { parseInteger, parseNumber, takePaths } from './flags.ts';
import { type Example, addExamples } from './help.ts';
import type { LabFlags } from './lab-run.ts';

const examples: readonly Example[] = [
  { words: 'lab --list' },
  { words: 'lab --preset local-is-global --seed 3' },
  {
    words:
      'lab --view training --data spirals --depth 10 --particles 24 --ds 0.1 --steps 800 --output picture.svg',
  },
  { words: 'lab --preset algorithm-1 --code' },
  { words: 'lab --csv iris.csv --columns petal_length,petal_width,species' },
];

export function registerLab(program: Command): void {
  const command = program
    .command('lab')
    .description("compute a picture of the Studio's lab, and print its numbers")
    .option('--preset <name>', 'preset of a slide; other flags override its values')
    .option('--list', 'list the presets')
    .addOption(
      new Option('--engine <name>', 'native: libtorch; reference: plain TypeScript, as in an exported page')
        .choices(['native', 'reference'])
        .default('native'),
    )
    .option('--output <file>', 'write the picture: .svg, .png, or .json for its numbers')
    .option('--code', 'print TypeScript code that computes the key number, without running it')
    .option('--json', 'print one JSON object at the end')
    .action(async (flags: LabFlags) => {
      const { runLab } = await import('./lab-run.ts');
      process.exitCode = await runLab(flags);
    });
  addExamples(command, examples);
  // The views, which the flags depend on, are loaded for this command alone.
  program.hook('preSubcommand', async (_, called) => {
    if (called === command) await addKnobs(command);
  });
}

/** Adds the flags of the views' knobs. */
export async function addKnobs(command: Command): Promise<void> {
  const { flagOf, knobNames, knobs } = await import('../studio/lab/index.ts');
  for (const name of knobNames) command.addOption(optionOf(flagOf(name), knobs[name]));
  command.option(
    '--columns <names>',
    'the columns of --csv that are both coordinates and the target, such as width,height,species or 2,3,5',
    (text) => text.split(',').map((name) => name.trim()),
  );
  takePaths(command);
}

/** A flag without a default: the preset supplies it. */
function optionOf(flag: string, knob: Knob): Option {
  const text = (shown: string): string =>
    `${knob.help} (default: ${knob.default === '' ? 'none' : knob.default}${shown})`;
  switch (knob.kind) {
    case 'choice':
      return new Option(`--${flag} <name>`, text('')).choices(knob.choices);
    case 'text':
      return new Option(`--${flag} <file>`, `a file of your own points: ${knob.help}`);
    case 'integer':
      return new Option(`--${flag} <n>`, text(`, ${knob.min} to ${knob.max}`)).argParser(parseInteger);
    case 'number':
      return new Option(`--${flag} <x>`, text(`, ${knob.min} to ${knob.max}`)).argParser(parseNumber);
  }
}
