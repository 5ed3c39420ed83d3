/**
 * Models by name: three families, at any depth that their blocks can make.
 *
 * - `resnetD`, `preresnetD`: basic blocks, D = 6n + 2; except `preresnet164` and `preresnet1001`, published by He et
 * al. 2016 as bottleneck nets
 * - `resnetD-basic`, `resnetD-bottleneck`, and the same with `preresnetD`: explicit block kind, D = 6n + 2 or 9n + 2
 * (D = 18n + 2 allows both)
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
  depthRule,
  type ShortcutKind,
  shortcutsOf,
} from './plan.ts';

const depths = [8, 14, 20, 32, 44, 56, 110];

/** Examples in help and error messages; the parser accepts any depth. */
export const modelNames: readonly string[] = [
  ...depths.map((depth) => `resnet${depth}`),
  ...depths.map((depth) => `preresnet${depth}`),
  'preresnet164',
  'resnext29-8x64d',
  'resnext29-16x64d',
];

/** Depths at which the pre-activation nets of He et al. 2016 use bottlenecks. */
const publishedBottlenecks = [164, 1001];

const suffixed = blockKinds.filter((kind) => kind !== 'basic');
const forms = [
  `resnetD or preresnetD with D = ${depthRule('basic')}`,
  ...suffixed.map((kind) => `those with -${kind} and D = ${depthRule(kind)}`),
  `resnextD-CxWd with D = ${depthRule('bottleneck')}`,
].join(', ');

/** The parsed name; the caller supplies the width. */
export type NamedArchitecture = Required<Pick<Architecture, 'depth' | 'variant' | 'block'>> &
  Pick<Architecture, 'groups'>;

/**
 * The architecture that a name stands for.
 *
 * @example
 * parseModelName('resnet20').depth; // 20
 *
 * @throws UsageError for a name that is not a model, with a suggestion
 */
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
  const match = /^(pre)?resnet(\d+)(?:-(.+))?$/.exec(name);
  if (!match) return undefined;
  const depth = Number(match[2]);
  const published: BlockKind = match[1] && publishedBottlenecks.includes(depth) ? 'bottleneck' : 'basic';
  const block = match[3] === undefined ? published : blockKinds.find((kind) => kind === match[3]);
  if (!block) return undefined;
  return { depth, variant: match[1] ? 'pre' : 'post', block };
}

function parseResNeXt(name: string): NamedArchitecture | undefined {
  const match = /^resnext(\d+)-([1-9]\d*)x([1-9]\d*)d$/.exec(name);
  if (!match) return undefined;
  const [depth = 0, cardinality = 0, width = 0] = match.slice(1).map(Number);
  return { depth, variant: 'post', block: 'bottleneck', groups: { cardinality, width } };
}

/** The full name with the other block kind, if only that kind makes the depth. */
function otherKind(name: string, parsed: NamedArchitecture | undefined): string | undefined {
  if (!parsed || parsed.groups) return undefined;
  const fitting = blockKinds.find((kind) => blocksOf(parsed.depth, kind) !== undefined);
  return fitting && `${name.replace(/-.*$/, '')}-${fitting}`;
}

/**
 * The default width of the stem: 16, ResNeXt 64.
 *
 * @throws UsageError for a name that is not a model
 */
export function publishedWidth(name: string): number {
  return defaultWidth(parseModelName(name));
}

/**
 * The shortcuts a model supports, the published one first.
 *
 * @throws UsageError for a name that is not a model
 */
export function modelShortcuts(name: string): readonly ShortcutKind[] {
  return shortcutsOf(parseModelName(name).block);
}

/**
 * A net by its name: `resnet20`, `preresnet164`, `resnext29-8x64d` and others, with drawn weights.
 *
 * @example
 * const net = createModel('resnet20', { width: 16, inChannels: 3, classes: 10, schedule: { scheme: 'mean-field' } }, new Generator(1));
 * net.stages.get('layer1')?.schedule.snapshot();
 *
 * @throws UsageError for an unknown name or an unsupported size
 */
export function createModel(
  name: string,
  options: Omit<CifarResNetOptions, keyof NamedArchitecture>,
  generator: Generator,
): CifarResNet {
  return new CifarResNet({ ...options, ...parseModelName(name) }, generator);
}
