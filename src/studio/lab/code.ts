/** A lab state as TypeScript code, and as a command line, that recomputes one of its numbers. */
import { commandLine, defaultProgram, pathArgument } from '../../command-line.ts';
import { findPreset, presetState } from './presets.ts';
import { dataSeedOf, labData } from './problem.ts';
import { defaultState, type KnobName, knobNames, type LabState } from './state.ts';
import * as shared from './views/code-lines.ts';
import { views } from './views/index.ts';

/** The numbers of a view that have code. */
export const codedNumbers = (view: LabState['view']): readonly string[] => Object.keys(views[view].code);

/** The key number of a state: the preset's if it belongs to the same view, else the first of the view. */
export function keyNumberOf(state: LabState, preset?: string): string {
  if (preset !== undefined) {
    const found = findPreset(preset);
    if (presetState(found).view === state.view) return found.key;
  }
  return Object.keys(views[state.view].numbers)[0]!;
}

/**
 * TypeScript code on the package's public API that prints a number of a state at full precision.
 *
 * @param number - one of {@link codedNumbers}; default: the key number of the view
 */
export function labTypeScript(state: LabState, number: string = keyNumberOf(state)): string {
  const { code, imports = {} } = views[state.view];
  const linesOf = code[number] ?? code[keyNumberOf(state)]!;
  const body = [...dataLines(state), ...linesOf(state), 'process.stdout.write(`${value}\\n`);'].join('\n');
  const modules = [...new Set([...Object.keys(shared.imports), ...Object.keys(imports)])].sort();
  // A name inside a comment or string would count as used; the code contains none.
  const isUsed = (name: string): boolean => new RegExp(`(?<![.\\w'])${name}\\b(?=[.(])`).test(body);
  const used = modules.flatMap((module) => {
    const names = new Set([...(shared.imports[module] ?? []), ...(imports[module] ?? [])]);
    const wanted = [...names].filter(isUsed).sort();
    return wanted.length > 0 ? [importLine(wanted, module)] : [];
  });
  return `${used.join('\n')}\n\n${body}\n`;
}

function importLine(names: readonly string[], module: string): string {
  const line = `import { ${names.join(', ')} } from '${module}';`;
  return line.length <= 110 ? line : `import {\n  ${names.join(',\n  ')},\n} from '${module}';`;
}

/** `inputs` and `targets` as plain numbers. */
function dataLines(state: LabState): string[] {
  const { data, points: count, noise } = state;
  if (data === 'csv') {
    const { inputs, targets } = labData(state);
    return [
      ...arrayLines('const inputs = Float64Array.of(', [...inputs]),
      ...arrayLines('const targets = Float64Array.of(', [...targets]),
    ];
  }
  const options = `{ count: ${count}, noise: ${noise}, seed: ${dataSeedOf(state)} }`;
  if (data === 'single-index') return [`const { inputs, targets } = makePoints('single-index', ${options});`];
  return [
    `const { inputs, labels } = makePoints('${data}', ${options});`,
    'const targets = Float64Array.from(labels!, (label) => 1 - 2 * label);',
  ];
}

const numbersInLine = 10;

function arrayLines(start: string, numbers: readonly number[]): string[] {
  const lines = Array.from({ length: Math.ceil(numbers.length / numbersInLine) }, (_, i) =>
    numbers.slice(numbersInLine * i, numbersInLine * (i + 1)).join(', '),
  );
  return [start, ...lines.map((line) => `  ${line},`), ');'];
}

/**
 * The command line that prints the numbers of a state, with the knobs that differ from the preset or the defaults.
 *
 * @param options - program: how `meanfield` is called. csv, columns: the file of the user's points and the columns to
 *   read.
 */
export function labCommand(
  state: LabState,
  preset?: string,
  {
    program = defaultProgram,
    csv = 'points.csv',
    columns,
  }: { readonly program?: string; readonly csv?: string; readonly columns?: readonly string[] } = {},
): string {
  const base = preset === undefined ? defaultState : presetState(findPreset(preset));
  const flags = knobNames.flatMap((name) =>
    state[name] === base[name]
      ? []
      : [`--${flagOf(name)}`, name === 'csv' ? pathArgument(csv) : String(state[name])],
  );
  if (columns) flags.push('--columns', columns.join(','));
  return `${program} ${commandLine(['lab', ...(preset === undefined ? [] : ['--preset', preset]), ...flags])}`;
}

/** `tauRate` -> `tau-rate` */
export const flagOf = (name: KnobName): string =>
  name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
