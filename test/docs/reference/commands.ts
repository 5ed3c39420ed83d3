/** Every command with its arguments, flags and examples. */
import type { Argument, Command, Option } from 'commander';
import { commandSchema } from '../../../src/cli/command-settings.ts';
import { exitCodeNote } from '../../../src/cli/exit-codes.ts';
import { helpTextsOf } from '../../../src/cli/help.ts';
import { configKeys, settingOf } from '../../../src/train/settings/table.ts';
import { defaultText, flagOf, flagName } from '../../../src/train/settings/flags.ts';
import type { JsonSchema } from '../../../src/train/settings/kinds.ts';
import { code, page, table } from './page.ts';
import { commandsOf, completeProgram } from './program.ts';

/** A value for each placeholder, for an example of the flag. */
const samples: Readonly<Record<string, string>> = {
  '<address>': '127.0.0.1',
  '<dir>': 'DIR',
  '<file>': 'FILE',
  '<path>': 'net.onnx',
  '<run>': 'RUN',
  '<pixels>': '32',
  '<epochs>': '10',
  '<images>': '5000',
  '<channels>': '16',
  '<steps>': '100',
  '<n>': '2',
  '<x>': '0.1',
  '<k>': '5',
  '<s>': '0.1',
  '<share>': '0.3',
  '<norm>': '1',
  '<list>': '1..5',
  '<i/n>': '1/4',
  '<numbers>': '0.5,0.5,0.5',
  '<urls...>': 'https://example.org/files',
  '<key>': 'state_dict_ema',
  '<style>': 'torchvision',
  '<kind>': 'option-a',
  '<laws>': 'unit,uniform',
  '<metric>': 'test-loss',
};

/** Values of flags whose placeholder does not say enough. */
const valuesOf: Readonly<Record<string, string>> = {
  '--name': 'first',
  '--checkpoint': 'best',
  '--model': 'resnet20',
  '--scheme': 'mean-field',
  '--dataset': 'cifar10',
  '--dtype': 'f64',
  '--preset': 'algorithm-1',
  '--metric': 'test-loss',
  '--seed-column': 'seed',
  '--rows': 'resnet20,resnet56',
  '--schemes': 'vanilla,mean-field',
  '--columns': 'width,height,species',
  '--axis': '"flow particles"',
  '--seed': '7',
  '--seeds': '3',
  '--tau-lr-factors': '1,0.1',
  '--tracking-uri': 'http://127.0.0.1:5000',
};

const placeholder = ({ flags }: Option): string => /[<[].*[>\]]$/.exec(flags)?.[0] ?? '';
const settingOfOption = (option: Option): (typeof configKeys)[number] | undefined =>
  configKeys.find((key) => `--${flagName(key)}` === option.long || `--${flagOf(key)}` === option.long);

/** A use of the flag, which the command line accepts. */
export function exampleOf(option: Option, command: Command): string {
  const long = option.long ?? option.flags;
  const argument = placeholder(option);
  if (argument === '') return long;
  const setting = settingOfOption(option);
  const own = command.name() === 'reproduce' && long === '--preset' ? 'smoke' : undefined;
  const value =
    own ??
    option.argChoices?.at(-1) ??
    valuesOf[long] ??
    (setting === undefined ? undefined : defaultText(setting)?.match(/^[\w.,-]+$/)?.[0]) ??
    samples[argument];
  if (value === undefined) throw new Error(`no example for ${option.flags}`);
  return `${long} ${value}`;
}

const limits = ({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): string =>
  [
    ...(minimum === undefined ? [] : [`>= ${minimum}`]),
    ...(exclusiveMinimum === undefined ? [] : [`> ${exclusiveMinimum}`]),
    ...(maximum === undefined ? [] : [`<= ${maximum}`]),
    ...(exclusiveMaximum === undefined ? [] : [`< ${exclusiveMaximum}`]),
  ].join(' and ');

/** What the argument is: its placeholder, which names the unit, and the range or the choices. */
function valueOf(option: Option): string {
  const setting = settingOfOption(option);
  const schema = setting === undefined ? undefined : settingOf(setting).kind.schema;
  const choices = option.argChoices ?? schema?.enum;
  const range = choices
    ? choices.map((one) => code(String(one))).join(', ')
    : schema
      ? code(limits(schema))
      : '';
  const kind = schema?.type === 'integer' ? 'whole number' : schema?.type === 'number' ? 'number' : '';
  return [code(placeholder(option)), [kind, range].filter(Boolean).join(' ')].filter(Boolean).join(': ');
}

const inHelp = / ?\(default:? (.*)\)$/;

function defaultOf(option: Option): string {
  if (option.mandatory) return 'required';
  const setting = settingOfOption(option);
  const told = inHelp.exec(option.description)?.[1];
  if (told !== undefined) return told;
  if (setting !== undefined && placeholder(option) === '') return 'off';
  const initial: unknown = option.defaultValue;
  if (Array.isArray(initial)) return initial.join(' ');
  if (typeof initial === 'string' || typeof initial === 'number') return `${initial}`;
  return placeholder(option) === '' ? 'off' : '';
}

function conditionOf(option: Option): string {
  const setting = settingOfOption(option);
  const { belongsTo } = setting === undefined ? {} : settingOf(setting);
  if (!belongsTo) return '';
  const flag = `--${flagOf(belongsTo.setting)}`;
  const need = belongsTo.oneOf
    ? belongsTo.oneOf.join(', ')
    : belongsTo.above === undefined
      ? ''
      : `above ${belongsTo.above}`;
  return `. Only with ${code(flag)}${need === '' ? '' : ` ${need}`}`;
}

const sentence = (text: string): string => {
  const plain = text.replace(inHelp, '').trim();
  return plain === '' ? '' : `${plain[0]!.toUpperCase()}${plain.slice(1)}${/[.?]$/.test(plain) ? '' : '.'}`;
};

const flagRow =
  (command: Command, isTrain: boolean) =>
  (option: Option): string[] => [
    code(option.flags.replace(/ [<[].*$/, '')),
    valueOf(option),
    isTrain || settingOfOption(option) === undefined || inHelp.test(option.description) || option.mandatory
      ? defaultOf(option)
      : '',
    `${option.description.replace(inHelp, '')}${isTrain ? conditionOf(option) : ''}`,
    code(exampleOf(option, command)),
  ];

const argumentRow = (argument: Argument): string[] => [
  code(argument.variadic ? `${argument.name()}...` : argument.name()),
  argument.required ? 'required' : ((argument.defaultValue as string | undefined) ?? 'optional'),
  sentence(argument.description),
];

function section(name: string, command: Command): string {
  const options = command.options.filter(({ hidden }) => !hidden);
  const groups = [...new Set(options.map((option) => option.helpGroupHeading ?? ''))];
  const { examples, notes } = helpTextsOf(command);
  const flags = groups.flatMap((group) => [
    ...(group === '' || groups.length === 1 ? [] : [`### ${group.replace(/:$/, '')}`]),
    table(
      ['flag', 'value', 'default', 'meaning', 'example'],
      options
        .filter((option) => (option.helpGroupHeading ?? '') === group)
        .map(flagRow(command, name === 'train')),
    ),
  ]);
  const lines = examples.flatMap(({ title, words }) => [
    ...(title === undefined ? [] : [`# ${title}`]),
    `npx meanfield ${words}`,
  ]);
  return [
    `## ${name}`,
    sentence(command.description()),
    ...(command.registeredArguments.length > 0
      ? [table(['argument', 'default', 'meaning'], command.registeredArguments.map(argumentRow))]
      : []),
    ...flags,
    ...(lines.length > 0 ? [`\`\`\`sh\n${lines.join('\n')}\n\`\`\``] : []),
    ...notes.map((note) => note.replaceAll('\n', ' ')).filter((note) => !note.startsWith(' ')),
  ].join('\n\n');
}

export async function commandsPage(): Promise<string> {
  const program = await completeProgram();
  const keys = Object.keys(commandSchema()).map(code).join(', ');
  return page(
    'Commands',
    'Every command and flag. `npx meanfield COMMAND --help` shows the same. A placeholder such as `<epochs>` names the unit of a number.',
    `All commands take \`--help\`; \`npx meanfield --version\` prints the version. ${exitCodeNote()} ([exit codes](exit-codes.md)). [Environment variables](environment.md) set further defaults.`,
    `\`train -c FILE\` reads the flags of \`train\` from a YAML file, by their names without dashes: \`tau-lr-factor: 10\`. Besides the settings below it takes ${keys}.`,
    ...commandsOf(program).map(([name, command]) => section(name, command)),
  );
}
