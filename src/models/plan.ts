/**
 * Describes a net as a table: kinds of block and shortcut, blocks per stage, channels. Every net has a 3 x 3 stem,
 * three stages (the second and third halve the resolution and double the channels), and a linear readout of the
 * averaged features.
 */
import { checkInteger, checkOneOf } from '../check.ts';
import { UsageError } from '../errors.ts';
import * as all from './blocks/all.ts';
import type { BlockDefinition } from './blocks/branch.ts';
import {
  convShortcut,
  normalisedShortcut,
  paddedShortcut,
  type Shortcut,
  type ShortcutOptions,
} from './shortcut.ts';
import { type ShortcutKind, shortcutKinds } from './names.ts';

export const variants = ['post', 'pre'] as const;
export type BlockKind = keyof typeof all;
const blocks: Readonly<Record<BlockKind, BlockDefinition>> = all;
export const blockKinds = Object.keys(all) as readonly BlockKind[];
export { type ShortcutKind, shortcutKinds } from './names.ts';

/** The numbers that determine a net. */
export interface Architecture {
  /** Weighted layers on the longest path: 6n + 2 with basic blocks, 9n + 2 with bottlenecks, n blocks per stage. */
  readonly depth: number;
  /** `post`: X <- relu(X + h f(X)); `pre`: X <- X + h f(X). Default `post`. */
  readonly variant?: (typeof variants)[number];
  /**
   * `basic`: two 3 x 3 convolutions; `bottleneck`: 1 x 1, 3 x 3, 1 x 1 with four times the channels outside. Default
   * `basic`.
   */
  readonly block?: BlockKind;
  /** The shortcut of transitions. Default `option-a`; bottlenecks support `option-b` only. */
  readonly shortcut?: ShortcutKind | undefined;
  /**
   * ResNeXt: the 3 x 3 convolution of a bottleneck has `cardinality` groups of `width` channels in stage 1, and twice
   * and four times the width in stages 2 and 3. If absent: one group, with as many channels as the stage has before
   * expansion.
   */
  readonly groups?: { readonly cardinality: number; readonly width: number } | undefined;
  /** Channels of the stem. Default 16, with groups 64. Stage s has 2^(s-1) times as many, bottlenecks four times that. */
  readonly width?: number | undefined;
}

interface StagePlan {
  /** `layer1`, .. */
  readonly name: string;
  readonly innerChannels: number;
  readonly outChannels: number;
  readonly stride: number;
}

type MakeShortcut = (options: ShortcutOptions) => Shortcut;

interface NetPlan {
  readonly branch: BlockDefinition['post'];
  readonly shortcut: MakeShortcut;
  readonly post: boolean;
  /** Channels of the stem. */
  readonly width: number;
  /** Blocks per stage, including the transition. */
  readonly blocks: number;
  readonly groups: number;
  readonly shortcutKind: ShortcutKind;
  readonly stages: readonly StagePlan[];
}

const shortcuts: Readonly<Record<(typeof variants)[number], Readonly<Record<ShortcutKind, MakeShortcut>>>> = {
  post: { 'option-a': paddedShortcut, 'option-b': normalisedShortcut },
  pre: { 'option-a': paddedShortcut, 'option-b': convShortcut },
};

/** The depths that blocks of this kind can make, in words: `6n + 2`. */
export function depthRule(block: BlockKind): string {
  return `${3 * blocks[block].layers}n + 2`;
}

/** Blocks per stage; undefined if blocks of this kind cannot make this depth. */
export function blocksOf(depth: number, block: BlockKind): number | undefined {
  const count = (depth - 2) / (3 * blocks[block].layers);
  return Number.isInteger(count) && count >= 1 ? count : undefined;
}

export function defaultWidth({ groups }: Pick<Architecture, 'groups'>): number {
  return groups ? 64 : 16;
}

/** The shortcuts that this kind of block supports, the default first. */
export function shortcutsOf(block: BlockKind): readonly ShortcutKind[] {
  return blocks[block].shortcuts;
}

/** @throws UsageError for an unsupported combination */
export function planOf(architecture: Architecture): NetPlan {
  const { depth, variant = 'post', block = 'basic', groups, width = defaultWidth({ groups }) } = architecture;
  checkOneOf('variant', variant, variants);
  checkOneOf('block', block, blockKinds);
  checkInteger('depth', depth, { min: 5 });
  checkInteger('width', width, { min: 1 });
  const { layers, expansion, grouped, [variant]: branch } = blocks[block];
  const blocksPerStage = blocksOf(depth, block);
  if (blocksPerStage === undefined) {
    const first = [1, 2, 3].map((n) => 3 * layers * n + 2).join(', ');
    throw new UsageError(
      `a CIFAR ResNet with ${block} blocks has depth ${depthRule(block)} (${first}, ..), got ${depth}`,
    );
  }
  if (groups) {
    if (!grouped) {
      const others = blockKinds.filter((kind) => blocks[kind].grouped).join(' or ');
      throw new UsageError(`groups apply only to ${others} blocks, not to ${block} blocks`);
    }
    checkInteger('cardinality', groups.cardinality, { min: 1 });
    checkInteger('width of a group', groups.width, { min: 1 });
  }
  const shortcutKind = shortcutOf(architecture, block);
  const shortcut = shortcuts[variant][shortcutKind];
  const stages = [1, 2, 4].map((factor, i) => ({
    name: `layer${i + 1}`,
    innerChannels: factor * (groups ? groups.cardinality * groups.width : width),
    outChannels: factor * expansion * width,
    stride: i === 0 ? 1 : 2,
  }));
  return {
    post: variant === 'post',
    width,
    blocks: blocksPerStage,
    groups: groups?.cardinality ?? 1,
    shortcutKind,
    stages,
    branch,
    shortcut,
  };
}

function shortcutOf({ shortcut }: Architecture, block: BlockKind): ShortcutKind {
  const possible = shortcutsOf(block);
  const kind = shortcut ?? possible[0]!;
  checkOneOf('shortcut', kind, shortcutKinds);
  if (!possible.includes(kind))
    throw new UsageError(
      `shortcut ${kind} does not apply to ${block} blocks, which have ${possible.join(', ')}`,
    );
  return kind;
}
