/** The filter box: words, and `key:value` terms where keys are columns and settings. */
import type { PlainRecord } from '../../../runs/index.ts';
import type { RunRow } from '../../protocol/index.ts';

export type Test = (row: RunRow) => boolean;

const columns: Readonly<Record<string, (row: RunRow) => string | number | null>> = {
  state: (row) => row.state,
  data: (row) => row.dataset,
  dataset: (row) => row.dataset,
  model: (row) => row.model,
  scheme: (row) => row.scheme,
  seed: (row) => row.seed,
  name: (row) => row.name,
  folder: (row) => row.id.slice(0, Math.max(row.id.length - row.name.length - 1, 0)),
  error: (row) => row.testError,
  loss: (row) => row.trainLoss,
  swaps: (row) => row.swaps,
  step: (row) => row.step,
  epochs: (row) => row.epochs,
  seconds: (row) => row.seconds,
  // As in the list's headings.
  net: (row) => row.model,
  run: (row) => row.name,
  time: (row) => row.seconds,
  'images/s': (row) => row.imagesPerSecond,
};

/** `-`, a key, an operator, a value; quotes keep spaces together. */
const term = /(-?)([\w/-]+)(:|<=|>=|<|>|=)("[^"]*"|\S+)|(-?)("[^"]*"|\S+)/g;
const unquoted = (text: string): string => text.replace(/^"(.*)"$/, '$1');

function compare(found: unknown, sign: string, wanted: string): boolean {
  if (found === null || found === undefined) return false;
  if (sign === ':' || sign === '=') {
    const text = (typeof found === 'string' ? found : JSON.stringify(found)).toLowerCase();
    const value = wanted.toLowerCase();
    if (value.endsWith('*')) return text.startsWith(value.slice(0, -1));
    // 0.10 and 1e-1 are equal.
    return text === value || (typeof found === 'number' && value !== '' && found === Number(value));
  }
  const [a, b] = [Number(found), Number(wanted)];
  if (sign === '<') return a < b;
  if (sign === '>') return a > b;
  return sign === '<=' ? a <= b : a >= b;
}

/**
 * Parses a filter; all terms must hold. A word matches part of the name, data set, model, scheme or state;
 * `key:value` matches the value (`*` at the end matches any rest); `key<value` and the like compare numbers; a
 * leading `-` inverts a term.
 *
 * @param settingsOf - returns the configuration of a row, for keys that are not columns
 */
export function parseFilter(text: string, settingsOf: (row: RunRow) => PlainRecord | undefined): Test {
  const tests: Test[] = [];
  for (const [, not, key, sign, value, notWord, word] of text.matchAll(term)) {
    const inverted = not === '-' || notWord === '-';
    if (key !== undefined && sign !== undefined && value !== undefined) {
      const column = Object.hasOwn(columns, key.toLowerCase()) ? columns[key.toLowerCase()] : undefined;
      const read = column ?? ((row: RunRow): unknown => ownValue(settingsOf(row), key));
      tests.push((row) => compare(read(row), sign, unquoted(value)) !== inverted);
    } else if (word !== undefined && word !== '') {
      const wanted = unquoted(word).toLowerCase();
      tests.push((row) => textOf(row).includes(wanted) !== inverted);
    }
  }
  return (row) => tests.every((test) => test(row));
}

/** Filter keys that are neither a column nor a setting of any run. */
export function unknownKeys(text: string, configurations: readonly PlainRecord[]): string[] {
  const keys = [...text.matchAll(term)].flatMap(([, , key, sign]) => (key && sign ? [key] : []));
  return [...new Set(keys)].filter(
    (key) =>
      !Object.hasOwn(columns, key.toLowerCase()) &&
      !configurations.some((settings) => Object.hasOwn(settings, key)),
  );
}

/** Reads an own property only: settings may have any name. */
const ownValue = (settings: PlainRecord | undefined, key: string): unknown =>
  settings && Object.hasOwn(settings, key) ? settings[key] : undefined;

const texts = new WeakMap<RunRow, string>();
function textOf(row: RunRow): string {
  let text = texts.get(row);
  if (text === undefined) {
    text = `${row.id} ${row.dataset} ${row.model} ${row.scheme} ${row.state}`.toLowerCase();
    texts.set(row, text);
  }
  return text;
}
