/**
 * The names that published nets give their tensors, and how they map to ours. Ours are those of akamaster's CIFAR nets:
 * `conv1`, `bn1` (`bn` before the readout of pre-activation nets), `layerS.I.{conv1,bn1,conv2,bn2,..}`, `linear`.
 */
import { fewOf, nearest } from '../check.ts';
import { UsageError } from '../errors.ts';

/**
 * akamaster: `linear`, `shortcut`. torchvision (and timm): `fc`, `downsample`. preresnet (bearpaw): the same words, for
 * pre-activation nets. meanfield: ours to the letter, which is akamaster's where shortcuts have no weights.
 */
export const keyStyles = ['akamaster', 'torchvision', 'preresnet', 'meanfield'] as const;
export type KeyStyle = (typeof keyStyles)[number];

/** @throws UsageError for another word */
export function parseKeyStyle(text: string): KeyStyle {
  const style = keyStyles.find((one) => one === text);
  if (style) return style;
  const near = nearest(text, keyStyles);
  throw new UsageError(
    `unknown key style ${JSON.stringify(text)}${near ? `: did you mean ${near}?` : ''} (one of ${keyStyles.join(', ')})`,
  );
}

/** One of our names as a style has it. */
export function nameInStyle(name: string, style: KeyStyle): string {
  if (style === 'meanfield') return name;
  if (style === 'akamaster') return name.replace(/^(layer\d+\.\d+)\.downsample\./, '$1.shortcut.');
  return name.replace(/^linear\./, 'fc.').replace(/^(layer\d+\.\d+)\.shortcut\./, '$1.downsample.');
}

/** Counters of batches: PyTorch's batch norm has one, ours does not need it. */
export const batchCounter = 'num_batches_tracked';

/** What wrappers put before every name: DataParallel, torch.compile. */
const wrapper = /^(module|_orig_mod)\./;

/** Positions in depth and step sizes, which published nets do not have. */
const coordinate = /^layer\d+\.(tau|tauEnd|step)$/;

/** @returns the file's names without wrappers and counters -> as they stand in the file */
function plainNames(found: Iterable<string>): Map<string, string> {
  const names = [...found];
  const plain = new Map(names.map((name) => [name, name]));
  let bare = names;
  while (bare.length > 0 && bare.every((name) => wrapper.test(name)))
    bare = bare.map((name) => name.replace(wrapper, ''));
  if (bare === names) return withoutCounters(plain);
  return withoutCounters(new Map(bare.map((name, i) => [name, names[i]!])));
}

const withoutCounters = (names: ReadonlyMap<string, string>): Map<string, string> =>
  new Map([...names].filter(([name]) => !name.endsWith(batchCounter)));

type Shapes = ReadonlyMap<string, { readonly shape: readonly number[] }>;

export interface MatchOptions {
  /** The net in words, for errors. */
  readonly model: string;
  /** The file in words, for errors. */
  readonly file: string;
  /** Absent: the style that fits best. */
  readonly style?: KeyStyle | undefined;
}

export interface NameMatch {
  readonly style: KeyStyle;
  /** Our name -> the file's. Without depth coordinates where the file has none. */
  readonly names: ReadonlyMap<string, string>;
}

/**
 * Finds each of the net's tensors among those of a file.
 *
 * @param wanted - the net's tensors; its depth coordinates may be missing in the file, all of them
 * @param found - the file's
 * @throws UsageError if one is missing, left over, or of another shape
 */
export function matchNames(wanted: Shapes, found: Shapes, options: MatchOptions): NameMatch {
  const plain = plainNames(found.keys());
  const ours = [...wanted.keys()].filter((name) => !coordinate.test(name));
  const coordinates = [...wanted.keys()].filter((name) => coordinate.test(name));
  // A net without exchangeable blocks at some stage has no coordinates there: all that it has must be in the file, or none.
  const all = coordinates.some((name) => plain.has(name)) ? [...ours, ...coordinates] : ours;
  const attempts = (options.style ? [options.style] : keyStyles).map((style) => attempt(all, plain, style));
  const [best] = attempts.sort(
    (a, b) => a.missing.length - b.missing.length || a.surplus.length - b.surplus.length,
  );
  const { style, names, missing, surplus } = best!;
  if (missing.length > 0 || surplus.length > 0) throw misfit(missing, surplus, style, options);
  for (const [name, stored] of names) {
    const [here, there] = [wanted.get(name)!.shape, found.get(stored)!.shape];
    if (here.join() !== there.join())
      throw new UsageError(
        `${options.file} does not fit ${options.model}: ${stored} is [${there.join(', ')}] there, expected is [${here.join(', ')}]; check --model, --width and the data set`,
      );
  }
  return { style, names };
}

interface Attempt extends NameMatch {
  readonly missing: readonly string[];
  readonly surplus: readonly string[];
}

function attempt(ours: readonly string[], plain: ReadonlyMap<string, string>, style: KeyStyle): Attempt {
  const names = new Map<string, string>();
  const missing: string[] = [];
  const rest = new Set(plain.keys());
  for (const name of ours) {
    const other = nameInStyle(name, style);
    const stored = plain.get(other);
    if (stored === undefined) missing.push(other);
    else names.set(name, stored);
    rest.delete(other);
  }
  return { style, names, missing, surplus: [...rest] };
}

function misfit(
  missing: readonly string[],
  surplus: readonly string[],
  style: KeyStyle,
  { file, model, style: forced }: MatchOptions,
): UsageError {
  const lacks = missing.length > 0 ? [`lacks ${fewOf(missing)}`] : [];
  const has = surplus.length > 0 ? [`has ${fewOf(surplus)}, which the net lacks`] : [];
  return new UsageError(
    `${file} does not fit ${model}: it ${[...lacks, ...has].join(' and ')}; ${adviceFor(missing, surplus, style, forced)}`,
  );
}

function adviceFor(
  missing: readonly string[],
  surplus: readonly string[],
  style: KeyStyle,
  forced: KeyStyle | undefined,
): string {
  if (missing.length === 0 && surplus.every((name) => /\.(shortcut|downsample)\./.test(name)))
    return "its shortcuts have weights, this net's have none: give --shortcut option-b";
  if (surplus.length === 0 && missing.every((name) => /\.(shortcut|downsample)\./.test(name)))
    return "its shortcuts have no weights, this net's have: give --shortcut option-a";
  if (missing.length === 0 && surplus.every((name) => /\.(tau|tauEnd|step|particle)$/.test(name)))
    return 'it has positions in depth: give the scheme that it was trained with, or export it with its steps folded';
  return `expected are ${style} names${forced ? ' (--key-style)' : ''}; check --model and --width${forced ? '' : ', or force the names with --key-style'}`;
}
