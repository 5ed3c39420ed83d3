/** The flags of `train` and of what trains, from the table of settings; names as timm, Lightning and torchrun have them. */
import { type Command, Option } from 'commander';
import { configKeys, defaultText, flagName, type SettingName, settingOf } from '../train/settings/table.ts';

const titles = {
  data: 'Data:',
  model: 'Model:',
  scheme: 'Positions in depth:',
  optimiser: 'Optimisation:',
  images: 'Images:',
  machine: 'Machine:',
  run: 'Run:',
} as const;

function optionOf(key: SettingName): Option {
  const { kind, help, short, group } = settingOf(key);
  const words = [`--${flagName(key)}`, ...(kind.argument ? [kind.argument] : [])];
  const usual = defaultText(key);
  const option = new Option(
    `${short === undefined ? '' : `-${short}, `}${words.join(' ')}`,
    usual === undefined ? help : `${help} (default ${usual})`,
  ).helpGroup(titles[group]);
  return kind.parse ? option.argParser(kind.parse) : option;
}

/** Adds a flag for every setting. Defaults stand in the table, not here. */
export function addTrainFlags(command: Command): Command {
  for (const key of configKeys) command.addOption(optionOf(key));
  return command;
}

/** The settings that were given on the command line; commander's implied `true` of a --no flag is not one. */
export function givenSettings(command: Command): Record<string, unknown> {
  return Object.fromEntries(
    configKeys
      .filter((key) => command.getOptionValueSource(key) === 'cli')
      .map((key) => [key, command.getOptionValue(key)]),
  );
}
