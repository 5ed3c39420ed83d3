/** A claim of theory.md as a computation: what it is given, and what it gives back. */
import { checkObject, checkOptions } from '../check.ts';
import type { Check, ClaimPanel, ClaimResult } from '../runs/index.ts';
import { Generator, noGrad, scope } from '../tensor/index.ts';
import type { Fashion } from './fashion.ts';

/** What every claim is given. */
export interface Setting {
  /** A smaller version for a first look. */
  readonly quick: boolean;
  readonly seed: number;
  /** Seeded by the claim, the seed and the number alone: draws do not depend on what ran before. */
  readonly draw: (stream: number) => Generator;
  /** Real data for the claims that are measured on it too; undefined where Fashion-MNIST is not installed. */
  readonly fashion: Fashion | undefined;
  /** Between 0 and 1. */
  readonly progress: (fraction: number) => void;
}

export interface Outcome {
  readonly sentence: string;
  readonly checks: readonly Check[];
  readonly reported?: Readonly<Record<string, number>>;
  readonly panels: readonly ClaimPanel[];
}

/**
 * `Parts` are the pieces of mathematics under test (an adjoint, a family, ..) with right defaults: a planted fault
 * enters there.
 */
export interface Claim<Parts = object> {
  /** As in theory.md: C1 .. C16, C2h, .. */
  readonly id: string;
  readonly title: string;
  readonly statement: string;
  readonly parts: Parts;
  /** Measured on Fashion-MNIST too: only then is it loaded, and may `setting.fashion` be read. */
  readonly real?: boolean;
  /** About how many seconds it takes on one core; the longest are started first. Default: 1. */
  readonly cost?: number;
  measure(setting: Setting, parts: Parts): Outcome;
}

export interface ClaimOptions {
  readonly seed?: number | undefined;
  readonly quick?: boolean | undefined;
  readonly fashion?: Fashion | undefined;
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

/** Measures one claim; `faults` replace parts of its mathematics. */
export function measureClaim<Parts>(
  claim: Claim<Parts>,
  options: ClaimOptions = {},
  faults: Partial<Parts> = {},
): ClaimResult {
  checkObject('a claim, one of claims', 'claim', claim, 'id', 'measure');
  checkOptions('measureClaim', options, { seed: true, quick: true, fashion: true, onProgress: true });
  const { seed = 1, quick = false, fashion, onProgress } = options;
  const started = performance.now();
  const setting: Setting = {
    quick,
    seed,
    get fashion() {
      // Otherwise `verify` would not load it, and no check would be missed.
      if (!claim.real) throw new Error(`${claim.id} reads real data: it must say so (real: true)`);
      return fashion;
    },
    draw: (stream) => new Generator(seedOf(claim.id, seed, stream)),
    progress: (fraction) => onProgress?.(fraction),
  };
  const outcome = noGrad(() => scope(() => claim.measure(setting, { ...claim.parts, ...faults })));
  const { id, title, statement } = claim;
  return {
    id,
    title,
    statement,
    reported: {},
    ...outcome,
    pass: outcome.checks.length > 0 && outcome.checks.every(({ pass }) => pass),
    seconds: (performance.now() - started) / 1000,
  };
}

/** FNV-1a over the text: 32 bits, so that libtorch's and PyTorch's generators draw the same. */
function seedOf(id: string, seed: number, stream: number): number {
  let hash = 0x811c9dc5;
  for (const character of `${id}/${seed}/${stream}`) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
  }
  return hash;
}
