/**
 * Models by name. Three families, any depth that their blocks make:
 *
 * - `resnetD`, `preresnetD`: basic blocks, D = 6n + 2, but for `preresnet164` and `preresnet1001`, which are the bottleneck nets
 *   that He et al. 2016 published under these depths
 * - `resnetD-basic`, `resnetD-bottleneck` and the same with `preresnetD`: the kind of block told, D = 6n + 2 or 9n + 2 (every
 *   18n + 2 is both)
 * - `resnextD-CxWd`: bottlenecks in C groups of W channels, D = 9n + 2
 */
import { checkText, nearest } from '../check.ts';
import { UsageError } from '../errors.ts';
import type { Generator } from '../tensor/index.ts';
import { CifarResNet, type CifarResNetOptions } from './cifar-resnet.ts';
import {
  type Architecture,
  type BlockKind,
  blockKinds,
  blocksOf,
  defaultWidth,
  type ShortcutKind,
  shortcutsOf,
} from './plan.ts';

const depths = [8, 14, 20, 32, 44, 56, 110];

/** The names that help and error messages list; others of the same forms work as well. */
export const modelNames: readonly string[] = [
  ...depths.map((depth) => `resnet${depth}`),
  ...depths.map((depth) => `preresnet${depth}`),
  'preresnet164',
  'resnext29-8x64d',
  'resnext29-16x64d',
];

/** Depths at which the pre-activation nets of He et al. 2016 are of bottlenecks. */
const publishedBottlenecks = [164, 1001];

const forms =
  'resnetD or preresnetD with D = 6n + 2, those with -bottleneck and D = 9n + 2, resnextD-CxWd with D = 9n + 2';

/** What a name says; the width is the caller's. */
export type NamedArchitecture = Required<Pick<Architecture, 'depth' | 'variant' | 'block'>> &
  Pick<Architecture, 'groups'>;

/** @throws UsageError for a name that is not a model, with the nearest one. */
export function parseModelName(name: string): NamedArchitecture {
  checkText('the name of a model', name);
  const parsed = parseResNet(name) ?? parseResNeXt(name);
  if (parsed && blocksOf(parsed.depth, parsed.block) !== undefined) return parsed;
  const near = otherKind(name, parsed) ?? nearest(name, modelNames);
  throw new UsageError(
    `unknown model ${JSON.stringify(name)}${near ? `: did you mean ${near}?` : ''} (${forms}: ${modelNames.join(', ')})`,
  );
}

function parseResNet(name: string): NamedArchitecture | undefined {
  const match = /^(pre)?resnet(\d+)(?:-(basic|bottleneck))?$/.exec(name);
  if (!match) return undefined;
  const depth = Number(match[2]);
  const published: BlockKind = match[1] && publishedBottlenecks.includes(depth) ? 'bottleneck' : 'basic';
  const block = blockKinds.find((kind) => kind === match[3]) ?? published;
  return { depth, variant: match[1] ? 'pre' : 'post', block };
}

function parseResNeXt(name: string): NamedArchitecture | undefined {
  const match = /^resnext(\d+)-([1-9]\d*)x([1-9]\d*)d$/.exec(name);
  if (!match) return undefined;
  const [depth = 0, cardinality = 0, width = 0] = match.slice(1).map(Number);
  return { depth, variant: 'post', block: 'bottleneck', groups: { cardinality, width } };
}

/** A ResNet whose depth only the other kind of block makes, by its full name. */
function otherKind(name: string, parsed: NamedArchitecture | undefined): string | undefined {
  if (!parsed || parsed.groups) return undefined;
  const fitting = blockKinds.find((kind) => blocksOf(parsed.depth, kind) !== undefined);
  return fitting && `${name.replace(/-.*$/, '')}-${fitting}`;
}

/**
 * Channels of the stem where none are asked for: 16, ResNeXt 64.
 *
 * @throws UsageError for a name that is not a model
 */
export function publishedWidth(name: string): number {
  return defaultWidth(parseModelName(name));
}

/**
 * The shortcuts that a model can have, the published one first.
 *
 * @throws UsageError for a name that is not a model
 */
export function modelShortcuts(name: string): readonly ShortcutKind[] {
  return shortcutsOf(parseModelName(name).block);
}

/** @throws UsageError for an unknown name or a size that the model cannot have. */
export function createModel(
  name: string,
  options: Omit<CifarResNetOptions, keyof NamedArchitecture>,
  generator: Generator,
): CifarResNet {
  return new CifarResNet({ ...options, ...parseModelName(name) }, generator);
}
