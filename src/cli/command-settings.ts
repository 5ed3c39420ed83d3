/** Options of `meanfield train` besides the training settings, as flags and in its YAML file. */
import type { JsonSchema } from '../train/settings/kinds.ts';
import { negation } from '../train/settings/schema.ts';

interface CommandSetting {
  /** As parsed by commander. */
  readonly flags: string;
  readonly help: string;
  readonly type: 'text' | 'switch';
}

export const commandSettings = {
  output: { flags: '--output <dir>', help: 'parent folder of run folders (default runs)', type: 'text' },
  name: {
    flags: '--name <name>',
    help: 'name of the run folder (default: date-model-scheme-seed)',
    type: 'text',
  },
  report: { flags: '--no-report', help: 'do not write report.html at the end', type: 'switch' },
  json: { flags: '--json', help: 'print one JSON object at the end', type: 'switch' },
  quiet: { flags: '-q, --quiet', help: 'do not print progress', type: 'switch' },
} as const satisfies Readonly<Record<string, CommandSetting>>;

export type CommandKey = keyof typeof commandSettings;

const commandKeys = Object.keys(commandSettings) as CommandKey[];
export const isCommandKey = (key: string): key is CommandKey => Object.hasOwn(commandSettings, key);

/** Their keys in a YAML file: `--no-report` is `report: false` or `no-report: true`. */
export function commandSchema(): Readonly<Record<string, JsonSchema>> {
  const entries = commandKeys.flatMap((key): [string, JsonSchema][] => {
    const { flags, help, type } = commandSettings[key];
    if (type === 'switch') {
      const isNegated = flags.includes('--no-');
      const description = isNegated ? `false: ${help}` : help;
      const own: [string, JsonSchema] = [key, { type: ['boolean', 'null'], description, default: isNegated }];
      return isNegated ? [own, negation(key, help)] : [own];
    }
    return [
      [key, { type: key === 'name' ? ['string', 'number', 'null'] : ['string', 'null'], description: help }],
    ];
  });
  return Object.fromEntries(entries);
}
