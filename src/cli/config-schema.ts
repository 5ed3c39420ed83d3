/** `meanfield config-schema`: the JSON Schema of the YAML file that `train -c` reads. */
import type { Command } from 'commander';
import { settingsSchema } from '../train/settings/schema.ts';
import { commandSchema } from './command-settings.ts';
import { helpText } from './help.ts';

const examples = [{ title: 'a file that editors know', words: 'config-schema > meanfield.schema.json' }];
const notes = [
  'With the YAML extension of an editor, the first line of a settings file names the schema:',
  '  # yaml-language-server: $schema=meanfield.schema.json',
];

export function registerConfigSchema(program: Command): void {
  program
    .command('config-schema')
    .description('print a JSON Schema of the settings file, with which editors complete and check it')
    .addHelpText('after', () => helpText(examples, notes))
    .action(() => {
      process.stdout.write(`${JSON.stringify(settingsSchema(commandSchema()), null, 2)}\n`);
    });
}
