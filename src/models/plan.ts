/**
 * Describes a net as a table: kinds of block and shortcut, blocks per stage, channels. Every net has a 3 x 3 stem,
 * three stages (the second and third halve the resolution and double the channels), and a linear readout of the
 * averaged features.
 */
import { checkInteger, checkOneOf } from '../check.ts';
import { UsageError } from '../errors.ts';
import type { Branch, BranchOptions } from './blocks/branch.ts';
import { postBasic } from './blocks/post-basic.ts';
import { postBottleneck } from './blocks/post-bottleneck.ts';
import { preBasic } from './blocks/pre-basic.ts';
import { preBottleneck } from './blocks/pre-bottleneck.ts';
import {
  convShortcut,
  normalisedShortcut,
  paddedShortcut,
  type Shortcut,
  type ShortcutOptions,
} from './shortcut.ts';
import { type ShortcutKind, shortcutKinds } from './names.ts';

export const variants = ['post', 'pre'] as const;
export const blockKinds = ['basic', 'bottleneck'] as const;
export type BlockKind = (typeof blockKinds)[number];
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

export interface StagePlan {
  /** `layer1`, .. */
  readonly name: string;
  readonly innerChannels: number;
  readonly outChannels: number;
  readonly stride: number;
}

interface KindPlan {
  /** Number of convolutions of a block. */
  readonly layers: number;
  /** Ratio of the channels outside the block to those inside. */
  readonly expansion: number;
  readonly branch: (options: BranchOptions) => Branch;
  readonly shortcuts: Readonly<Partial<Record<ShortcutKind, MakeShortcut>>>;
}

type MakeShortcut = (options: ShortcutOptions) => Shortcut;

export interface NetPlan extends Pick<KindPlan, 'branch'> {
  readonly shortcut: MakeShortcut;
  readonly post: boolean;
  /** Channels of the stem. */
  readonly width: number;
  /** Blocks per stage, including the transition. */
  readonly blocks: number;
  readonly groups: number;
  readonly stages: readonly StagePlan[];
}

const sizes = { basic: { layers: 2, expansion: 1 }, bottleneck: { layers: 3, expansion: 4 } } as const;

const kinds: Readonly<Record<(typeof variants)[number], Readonly<Record<BlockKind, KindPlan>>>> = {
  post: {
    basic: {
      ...sizes.basic,
      branch: postBasic,
      shortcuts: { 'option-a': paddedShortcut, 'option-b': normalisedShortcut },
    },
    bottleneck: {
      ...sizes.bottleneck,
      branch: postBottleneck,
      shortcuts: { 'option-b': normalisedShortcut },
    },
  },
  pre: {
    basic: {
      ...sizes.basic,
      branch: preBasic,
      shortcuts: { 'option-a': paddedShortcut, 'option-b': convShortcut },
    },
    bottleneck: { ...sizes.bottleneck, branch: preBottleneck, shortcuts: { 'option-b': convShortcut } },
  },
};

/** Blocks per stage; undefined if blocks of this kind cannot make this depth. */
export function blocksOf(depth: number, block: BlockKind): number | undefined {
  const blocks = (depth - 2) / (3 * sizes[block].layers);
  return Number.isInteger(blocks) && blocks >= 1 ? blocks : undefined;
}

export function defaultWidth({ groups }: Pick<Architecture, 'groups'>): number {
  return groups ? 64 : 16;
}

/** The shortcuts that this kind of block supports, the default first. */
export function shortcutsOf(block: BlockKind): readonly ShortcutKind[] {
  return shortcutKinds.filter((kind) => kind in kinds.post[block].shortcuts);
}

/** @throws UsageError for an unsupported combination */
export function planOf(architecture: Architecture): NetPlan {
  const { depth, variant = 'post', block = 'basic', groups, width = defaultWidth({ groups }) } = architecture;
  checkOneOf('variant', variant, variants);
  checkOneOf('block', block, blockKinds);
  checkInteger('depth', depth, { min: 8 });
  checkInteger('width', width, { min: 1 });
  const blocks = blocksOf(depth, block);
  if (blocks === undefined)
    throw new UsageError(
      block === 'basic'
        ? `a CIFAR ResNet with basic blocks has depth 6n + 2 (8, 14, 20, ..), got ${depth}`
        : `a CIFAR ResNet with bottleneck blocks has depth 9n + 2 (11, 20, 29, ..), got ${depth}`,
    );
  if (groups) {
    if (block !== 'bottleneck')
      throw new UsageError('groups apply only to bottleneck blocks, not to basic blocks');
    checkInteger('cardinality', groups.cardinality, { min: 1 });
    checkInteger('width of a group', groups.width, { min: 1 });
  }
  const { expansion, branch, shortcuts } = kinds[variant][block];
  const shortcut = shortcuts[shortcutOf(architecture, block)]!;
  const stages = [1, 2, 4].map((factor, i) => ({
    name: `layer${i + 1}`,
    innerChannels: factor * (groups ? groups.cardinality * groups.width : width),
    outChannels: factor * expansion * width,
    stride: i === 0 ? 1 : 2,
  }));
  return {
    post: variant === 'post',
    width,
    blocks,
    groups: groups?.cardinality ?? 1,
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
      `shortcut ${kind} applies only to basic blocks; ${block} blocks have ${possible.join(', ')}`,
    );
  return kind;
}
