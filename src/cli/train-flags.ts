/**
 * The flags of `train` and of other commands that train, from the table of settings; names follow timm, Lightning and
 * torchrun.
 */
import { type Command, Option } from 'commander';
import { UsageError } from '../errors.ts';
import { withoutType } from '../train/settings/kinds.ts';
import { flagName, flagOf, helpWithDefault } from '../train/settings/flags.ts';
import { groupTitles } from '../train/settings/setting.ts';
import { configKeys, type SettingName, settingOf } from '../train/settings/table.ts';

function optionOf(key: SettingName): Option {
  const { kind, short, group } = settingOf(key);
  const words = [`--${flagName(key)}`, ...(kind.argument ? [kind.argument] : [])];
  const option = new Option(
    `${short === undefined ? '' : `-${short}, `}${words.join(' ')}`,
    helpWithDefault(key),
  ).helpGroup(`${groupTitles[group]}:`);
  return kind.parse ? option.argParser(kind.parse) : option;
}

/** A setting as a flag of another command; its value is validated at once. It has no default. */
export function settingOption(key: SettingName, help = settingOf(key).help): Option {
  const { kind } = settingOf(key);
  const option = new Option([`--${flagOf(key)}`, kind.argument ?? ''].join(' ').trim(), help);
  // Every path flag expands `~`.
  if (!kind.argument || kind.isPath) return option;
  return option.argParser((text) => {
    try {
      return kind.check(`--${flagOf(key)}`, kind.parse ? kind.parse(text) : text);
    } catch (error) {
      throw error instanceof UsageError ? new UsageError(withoutType(error.message)) : error;
    }
  });
}

/** `--threads` of a command that runs a net. */
export const threadsOption = (): Option => settingOption('threads', helpWithDefault('threads'));

/** Adds a flag for every setting. The table has the defaults. */
export function addTrainFlags(command: Command): Command {
  for (const key of configKeys) command.addOption(optionOf(key));
  return command;
}

/** The settings given on the command line; commander's implied `true` of a --no flag does not count. */
export function givenSettings(command: Command): Record<string, unknown> {
  return Object.fromEntries(
    configKeys
      .filter((key) => command.getOptionValueSource(key) === 'cli')
      .map((key) => [key, command.getOptionValue(key)]),
  );
}
