/** `meanfield config-schema`: the JSON Schema of the YAML file that `train -c` reads. */
import type { Command } from 'commander';
import { settingsSchema } from '../train/settings/schema.ts';
import { commandSchema } from './command-settings.ts';
import { addExamples } from './help.ts';

const examples = [{ title: 'save the schema for an editor', words: 'config-schema > meanfield.schema.json' }];
const notes = [
  'With a YAML extension, an editor takes the schema from the first line of a settings file:',
  '  # yaml-language-server: $schema=meanfield.schema.json',
];

export function registerConfigSchema(program: Command): void {
  const command = program
    .command('config-schema')
    .description('print a JSON Schema of the settings file, for completion and validation in editors')
    .action(() => {
      process.stdout.write(`${JSON.stringify(settingsSchema(commandSchema()), null, 2)}\n`);
    });
  addExamples(command, examples, notes);
}
