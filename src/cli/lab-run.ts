/** Computes a picture of the lab and prints its numbers, or the code that computes them. */
import { FileError, UsageError } from '../errors.ts';
import { fileText, writeFileAtomic } from '../io/index.ts';
import {
  computedParts,
  type Engine,
  findPreset,
  keyNumberOf,
  knobNames,
  knobs,
  labCommand,
  type LabState,
  labState,
  labTypeScript,
  noData,
  numbersOf,
  type Part,
  type Preset,
  presets,
  presetState,
  readOwnPoints,
  referenceEngine,
  views,
  withPart,
} from '../studio/lab/index.ts';
import { meanfieldCommand } from '../program.ts';
import { print, printJson, say } from './output.ts';
import { checkPictureFile, endingOf, writePictureFile } from './picture-file.ts';
import { textTable } from './text-table.ts';

export interface LabFlags extends Partial<LabState> {
  preset?: string;
  list?: boolean;
  engine: Engine['name'];
  output?: string;
  code?: boolean;
  json?: boolean;
  columns?: readonly string[];
}

/** Returns the exit code. */
export async function runLab(flags: LabFlags): Promise<number> {
  if (flags.list) return listPresets(flags.json ?? false);
  const preset = flags.preset === undefined ? undefined : findPreset(flags.preset);
  const points = ownPoints(flags);
  const state = stateOf(flags, preset, points);
  const key = keyNumberOf(state, flags.preset);
  if (flags.code) {
    const code = labTypeScript(state, key);
    if (flags.json) printJson({ code });
    else process.stdout.write(code);
    return 0;
  }
  if (flags.output !== undefined) checkPictureFile(flags.output, endings);
  const started = performance.now();
  const { numbers, parts } = await computed(state, flags.engine);
  const seconds = (performance.now() - started) / 1000;
  const command = labCommand(state, flags.preset, {
    program: meanfieldCommand(),
    ...(flags.csv !== undefined && { csv: flags.csv }),
    ...(flags.columns !== undefined && { columns: flags.columns }),
  });
  if (flags.output !== undefined) {
    const whole = { state, preset: flags.preset ?? null, engine: flags.engine, command, key, numbers, parts };
    await writePicture(flags.output, whole, { state, parts }, command);
  }
  if (!flags.json) {
    const words = views[state.view].numbers;
    const rows = Object.entries(numbers).map(([name, value]) => [
      name === key ? `${name} *` : name,
      String(value),
      words[name] ?? '',
    ]);
    print(textTable(['', '', '* the key number'], rows));
  }
  say(`lab: ${preset?.title ?? views[state.view].title}, ${flags.engine} engine, ${seconds.toFixed(2)} s`);
  if (flags.output !== undefined) say(`lab: ${flags.output}`);
  if (flags.json)
    printJson({ state, preset: flags.preset ?? null, engine: flags.engine, command, key, numbers, seconds });
  return 0;
}

/** Width of a written picture in px; PNG has twice the resolution. */
const pictureWidth = 1200;

const endings = ['.svg', '.png', '.json'];

/** As JSON or as a picture, depending on the extension. */
async function writePicture(
  file: string,
  whole: object,
  { state, parts }: { readonly state: LabState; readonly parts: readonly Part[] },
  caption: string,
): Promise<void> {
  if (endingOf(file) === '.json') {
    writeFileAtomic(file, `${JSON.stringify(whole)}\n`);
    return;
  }
  const { captioned, pictureToSvg, themes } = await import('../draw/index.ts');
  const view = views[state.view];
  const picture = view.picture({
    data: parts.reduce(withPart, noData),
    state,
    cursor: { t: state.t, s: state.s },
    width: pictureWidth,
    height: view.height(pictureWidth),
    theme: themes.light,
  });
  await writePictureFile(file, pictureToSvg(captioned(picture, caption, themes.light)));
}

/** The knobs of the preset, overridden by the flags. */
function stateOf(flags: LabFlags, preset: Preset | undefined, points: string | undefined): LabState {
  const turned = knobNames.flatMap((name) =>
    flags[name] === undefined ? [] : [[name, flags[name]] as const],
  );
  return labState({
    ...preset?.state,
    ...Object.fromEntries(turned),
    ...(points !== undefined && { data: 'csv', csv: points }),
  });
}

/** The points of --csv in the lab's format; warns if some are left out. @throws UsageError naming the file */
function ownPoints({
  csv: path,
  columns,
  data,
  points = knobs.points.default,
}: LabFlags): string | undefined {
  if (path === undefined) {
    if (columns !== undefined) throw new UsageError('--columns requires --csv FILE');
    return undefined;
  }
  if (data !== undefined && data !== 'csv')
    throw new UsageError(`--csv ${path} and --data ${data} are two sets of points: give one`);
  let text: string;
  try {
    text = fileText(path);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new UsageError(`--csv: ${error.message}`, error);
  }
  const limits = { points: knobs.points.max, characters: knobs.csv.maxLength };
  const { csv, count, of } = inFile(path, () => readOwnPoints(text, limits, columns));
  const used = Math.min(count, points);
  if (used < of)
    say(
      `lab: ${used} of the ${of} points of ${path} are used, spread over the file${used < count ? `; --points ${count} uses ${count === of ? 'all' : count}` : ''}`,
    );
  return csv;
}

function inFile<T>(path: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`--csv ${path}: ${error.message}`, error);
    throw error;
  }
}

async function computed(
  state: LabState,
  name: Engine['name'],
): Promise<{ numbers: Readonly<Record<string, number>>; parts: Part[] }> {
  const parts = computedParts(state, await engineOf(name));
  return {
    numbers: numbersOf(parts.reduce(withPart, noData)),
    parts: parts.filter(({ part }) => part !== 'progress'),
  };
}

async function engineOf(name: Engine['name']): Promise<Engine> {
  if (name === 'reference') return referenceEngine;
  const { setThreads } = await import('../native/index.ts');
  setThreads(1);
  return (await import('../studio/engine/native-engine.ts')).nativeEngine;
}

function listPresets(json: boolean): number {
  if (json) printJson({ presets: presets.map((preset) => ({ ...preset, state: presetState(preset) })) });
  else
    print(
      textTable(
        ['preset', 'view', 'key number', 'slide'],
        presets.map(({ name, title, key, state: { view } }) => [name, view, key, title]),
      ),
    );
  return 0;
}
