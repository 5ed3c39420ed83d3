/**
 * Maps the tensor names of published nets to ours. Ours are those of akamaster's CIFAR nets: `conv1`, `bn1` (`bn`
 * before the readout of pre-activation nets), `layerS.I.{conv1,bn1,conv2,bn2,..}`, `linear`.
 */
import { checkNeededOptions, checkText, fewOf, isMap, nearest, unexpected } from '../check.ts';
import { UsageError } from '../errors.ts';

/**
 * - akamaster: `linear`, `shortcut`
 * - torchvision (and timm): `fc`, `downsample`
 * - preresnet (bearpaw): the same names, for pre-activation nets
 * - meanfield: exactly ours, equal to akamaster's if shortcuts have no weights
 */
export const keyStyles = ['akamaster', 'torchvision', 'preresnet', 'meanfield'] as const;
export type KeyStyle = (typeof keyStyles)[number];

/**
 * Checks the name of a style of parameter names.
 *
 * @example
 * parseKeyStyle('torchvision');
 *
 * @throws UsageError for an unknown style
 */
export function parseKeyStyle(text: string): KeyStyle {
  checkText('the key style', text);
  const style = keyStyles.find((one) => one === text);
  if (style) return style;
  const near = nearest(text, keyStyles);
  throw new UsageError(
    `unknown key style ${JSON.stringify(text)}${near ? `: did you mean ${near}?` : ''} (one of ${keyStyles.join(', ')})`,
  );
}

/** Converts one of our names to a style. */
export function nameInStyle(name: string, style: KeyStyle): string {
  checkText('the name of a weight', name);
  if (style === 'meanfield') return name;
  if (style === 'akamaster') return name.replace(/^(layer\d+\.\d+)\.downsample\./, '$1.shortcut.');
  return name.replace(/^linear\./, 'fc.').replace(/^(layer\d+\.\d+)\.shortcut\./, '$1.downsample.');
}

/** The batch counter of PyTorch's batch norm, which ours does not need. */
export const batchCounter = 'num_batches_tracked';
/** Last parts of names that are not weights: counters of batches, averages, operations (thop). */
const counters: readonly string[] = [batchCounter, 'n_averaged', 'total_ops', 'total_params'];

/** Name parts that wrappers insert at any depth: DataParallel, torch.compile, FSDP, checkpointing, Fabric, averages. */
const wrappers: readonly string[] = [
  'module',
  '_orig_mod',
  '_fsdp_wrapped_module',
  '_checkpoint_wrapped_module',
  '_forward_module',
];
/** Prefixes of a second net beside the trained one. */
const secondary = /(^|[._-])(ema|swa|averaged?|teacher|target|momentum)([._-]|$)/i;

/** Positions in depth and step sizes, which published nets lack. */
const coordinate = /^layer\d+\.(tau|tauEnd|step)$/;

/**
 * Maps names without wrapper parts to the names in the file; drops counters.
 *
 * @throws UsageError if two names differ only in wrapper parts
 */
function plainNames(found: Iterable<string>, file: string): Map<string, string> {
  const plain = new Map<string, string>();
  for (const name of found) {
    const words = name.split('.').filter((word) => !wrappers.includes(word));
    if (counters.includes(words.at(-1) ?? '')) continue;
    const bare = words.join('.');
    const before = plain.get(bare);
    if (before !== undefined)
      throw new UsageError(`${file} has ${bare} twice, as ${before} and as ${name}: remove one`);
    plain.set(bare, name);
  }
  return plain;
}

/**
 * Possible prefixes of all names of the net, such as `model.` in Lightning's checkpoints: the prefixes of its first
 * and last names. The empty prefix comes first.
 */
function prefixesIn(names: Iterable<string>, anchors: readonly string[]): string[] {
  const prefixes = new Set(['']);
  for (const name of names)
    for (const anchor of anchors)
      if (name.endsWith(`.${anchor}`)) prefixes.add(name.slice(0, -anchor.length));
  return [...prefixes].filter((prefix) => !/(^|\.)layer\d+\.\d+\.$/.test(prefix));
}

/** The names after a prefix. A name without the prefix belongs to the net if it is in `ours`, else to another part. */
function afterPrefix(
  plain: ReadonlyMap<string, string>,
  prefix: string,
  ours: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  if (prefix === '') return plain;
  const inside = new Map<string, string>();
  for (const [name, stored] of plain)
    if (name.startsWith(prefix)) inside.set(name.slice(prefix.length), stored);
  for (const [name, stored] of plain)
    if (!name.startsWith(prefix) && ours.has(name) && !inside.has(name)) inside.set(name, stored);
  return inside;
}

/** Shapes by name, with the dtype if known. */
type Shapes = ReadonlyMap<string, { readonly shape: readonly number[]; readonly dtype?: string }>;
/** Counts, masks and generator states: surplus tensors of these types are not weights. */
const integers = /^([IU]\d+|BOOL)$/;

interface MatchOptions {
  /** The net in words, for errors. */
  readonly model: string;
  /** The file in words, for errors. */
  readonly file: string;
  /** Default: the best match. */
  readonly style?: KeyStyle | undefined;
}

export interface NameMatch {
  readonly style: KeyStyle;
  /** Our name -> the file's; no depth coordinates if the file has none. */
  readonly names: ReadonlyMap<string, string>;
}

/**
 * Finds the net's tensors in a file.
 *
 * @param wanted - the net's tensors; the file may lack all depth coordinates, but not only some
 * @param found - the file's tensors
 * @throws UsageError if one is missing, surplus, or of another shape
 */
export function matchNames(wanted: Shapes, found: Shapes, options: MatchOptions): NameMatch {
  checkNeededOptions('matchNames', options, { model: true, file: true, style: true });
  for (const [what, shapes] of Object.entries({ wanted, found }))
    if (!isMap(shapes)) throw unexpected('a map of shapes by name', what, shapes);
  const plain = plainNames(found.keys(), options.file);
  const ours = [...wanted.keys()].filter((name) => !coordinate.test(name));
  const coordinates = [...wanted.keys()].filter((name) => coordinate.test(name));
  // The file must have all depth coordinates of the net or none. (A stage without exchangeable blocks has none.)
  const all = coordinates.some((name) => plain.has(name)) ? [...ours, ...coordinates] : ours;
  const isWeight = (stored: string): boolean => !integers.test(found.get(stored)!.dtype ?? '');
  const attempts = (options.style ? [options.style] : keyStyles).flatMap((style) => {
    const styled = all.map((name) => nameInStyle(name, style));
    const anchors = [...new Set([...styled.slice(0, 2), ...styled.slice(-2)])];
    return prefixesIn(plain.keys(), anchors).map((prefix) => {
      const inside = afterPrefix(plain, prefix, new Set(styled));
      return { prefix, ...attempt(all, inside, style, isWeight) };
    });
  });
  const [best] = attempts.sort(
    (a, b) =>
      a.missing.length - b.missing.length ||
      Number(secondary.test(a.prefix)) - Number(secondary.test(b.prefix)) ||
      a.surplus.length - b.surplus.length ||
      a.prefix.length - b.prefix.length,
  );
  // Several styles may match with one prefix; a second net has another prefix.
  const second = attempts.find((one) => isSecondNet(best!, one));
  if (second) throw twice(best!, second, options.file);
  const { style, names, missing, surplus } = best!;
  if (missing.length > 0 || surplus.length > 0) throw misfit(missing, surplus, style, options);
  for (const [name, stored] of names) {
    const [here, there] = [wanted.get(name)!.shape, found.get(stored)!.shape];
    if (here.join() !== there.join())
      throw new UsageError(
        `${options.file} does not fit ${options.model}: ${stored} has shape [${there.join(', ')}], expected [${here.join(', ')}]; check --model, --width and the data set`,
      );
  }
  return { style, names };
}

/** Whether both prefixes hold a complete net and nothing tells which one is meant. */
function isSecondNet(best: PrefixAttempt, second: PrefixAttempt): boolean {
  return (
    best.missing.length === 0 &&
    second.missing.length === 0 &&
    best.prefix !== second.prefix &&
    (secondary.test(best.prefix) || !secondary.test(second.prefix))
  );
}

function twice(best: PrefixAttempt, second: PrefixAttempt, file: string): UsageError {
  const place = ({ prefix }: PrefixAttempt): string =>
    prefix === '' ? 'at the top level' : `under ${prefix}`;
  const [one] = [best, second].filter(({ prefix }) => prefix !== '') as [PrefixAttempt];
  // The key in the file, with wrapper parts.
  const keys = [...one.names].flatMap(([name, stored]) => {
    const end = `.${nameInStyle(name, one.style)}`;
    return stored.endsWith(end) ? [stored.slice(0, -end.length)] : [];
  });
  return new UsageError(
    `${file} contains the net, or part of it, more than once, ${place(best)} and ${place(second)}: remove one, or choose one with --state-dict ${keys[0] ?? one.prefix.slice(0, -1)}`,
  );
}

interface Attempt extends NameMatch {
  readonly missing: readonly string[];
  readonly surplus: readonly string[];
}

type PrefixAttempt = Attempt & { readonly prefix: string };

function attempt(
  ours: readonly string[],
  plain: ReadonlyMap<string, string>,
  style: KeyStyle,
  isWeight: (stored: string) => boolean,
): Attempt {
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
  return { style, names, missing, surplus: [...rest].filter((name) => isWeight(plain.get(name)!)) };
}

function misfit(
  missing: readonly string[],
  surplus: readonly string[],
  style: KeyStyle,
  { file, model, style: forced }: MatchOptions,
): UsageError {
  const lacks = missing.length > 0 ? [`lacks ${fewOf(missing)}`] : [];
  const has = surplus.length > 0 ? [`has unexpected ${fewOf(surplus)}`] : [];
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
    return 'its shortcuts have weights, those of this net have none: use --shortcut option-b';
  if (surplus.length === 0 && missing.every((name) => /\.(shortcut|downsample)\./.test(name)))
    return 'its shortcuts have no weights, those of this net have some: use --shortcut option-a';
  if (missing.length === 0 && surplus.every((name) => /\.(tau|tauEnd|step|particle)$/.test(name)))
    return 'it has positions in depth: use the scheme that it was trained with, or export it with folded steps';
  return `expected ${style} names${forced ? ' (--key-style)' : ''}; check --model and --width${forced ? '' : ', or force the names with --key-style'}`;
}
