/** A claim of theory.md as a computation, with its input and result. */
import { checkObject, checkOptions } from '../check.ts';
import type { Check, ClaimPanel, ClaimResult } from '../runs/index.ts';
import { Generator, noGrad, scope } from '../tensor/index.ts';
import type { Fashion } from './fashion.ts';

/** The input of every claim. */
export interface ClaimContext {
  /** Whether to run a smaller version, for a first look. */
  readonly quick: boolean;
  readonly seed: number;
  /** A generator seeded only by the claim, the seed and `stream`: draws do not depend on what ran before. */
  readonly draw: (stream: number) => Generator;
  /** Real data, for claims with `real: true`; undefined if Fashion-MNIST is not installed. */
  readonly fashion: Fashion | undefined;
  /** Reports progress between 0 and 1. */
  readonly progress: (fraction: number) => void;
  /** Reports the checks of one part of the claim as soon as they are measured, and returns them. */
  readonly report: <Checks extends readonly Check[]>(checks: Checks) => Checks;
}

/** The measured checks and figures of a claim. */
export interface Outcome {
  readonly sentence: string;
  readonly checks: readonly Check[];
  readonly reported?: Readonly<Record<string, number>>;
  readonly panels: readonly ClaimPanel[];
}

/**
 * `Parts` are the pieces of mathematics under test (an adjoint, a family, ..), correct by default; tests plant
 * faults there.
 */
export interface Claim<Parts = object> {
  /** The id in theory.md: C1 .. C16, C2h, .. */
  readonly id: string;
  readonly title: string;
  readonly statement: string;
  readonly parts: Parts;
  /** Whether it also uses Fashion-MNIST. Otherwise the data is not loaded, and reading `setting.fashion` throws. */
  readonly real?: boolean;
  /** Approximate seconds on one core; the longest claims start first. Default: 1. */
  readonly cost?: number;
  measure(setting: ClaimContext, parts: Parts): Outcome;
}

/** Options of {@link measureClaim}. */
export interface ClaimOptions {
  readonly seed?: number | undefined;
  readonly quick?: boolean | undefined;
  readonly fashion?: Fashion | undefined;
  readonly onProgress?: ((fraction: number) => void) | undefined;
  /** Called with checks before the claim ends, if it has several parts. An error thrown here stops the claim. */
  readonly onChecks?: ((checks: readonly Check[]) => void) | undefined;
}

/** Measures one claim. `faults` replace parts of its mathematics. @throws UsageError for unknown options */
export function measureClaim<Parts>(
  claim: Claim<Parts>,
  options: ClaimOptions = {},
  faults: Partial<Parts> = {},
): ClaimResult {
  checkObject('a claim, one of claims', 'claim', claim, 'id', 'measure');
  checkOptions('measureClaim', options, {
    seed: true,
    quick: true,
    fashion: true,
    onProgress: true,
    onChecks: true,
  });
  const { seed = 1, quick = false, fashion, onProgress, onChecks } = options;
  const started = performance.now();
  const setting: ClaimContext = {
    quick,
    seed,
    get fashion() {
      // Fail here: otherwise `verify` would not load the data, and a missing check would go unnoticed.
      if (!claim.real) throw new Error(`claim ${claim.id} reads real data: declare it with real: true`);
      return fashion;
    },
    draw: (stream) => new Generator(seedOf(claim.id, seed, stream)),
    progress: (fraction) => onProgress?.(fraction),
    report: (checks) => {
      onChecks?.(checks);
      return checks;
    },
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

/** 32-bit FNV-1a hash of the text, so that the generators of libtorch and PyTorch draw the same numbers. */
function seedOf(id: string, seed: number, stream: number): number {
  let hash = 0x811c9dc5;
  for (const character of `${id}/${seed}/${stream}`) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
  }
  return hash;
}
