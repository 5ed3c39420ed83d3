/** Random numbers of tests that kill processes at random times. */
import { createHash, randomInt } from 'node:crypto';

/** A seed, which is printed; MEANFIELD_TEST_SEED sets it. */
export function testSeed(): number {
  const seed = Number(process.env.MEANFIELD_TEST_SEED ?? randomInt(2 ** 31));
  process.stderr.write(`MEANFIELD_TEST_SEED=${seed}\n`);
  return seed;
}

/** Uniform numbers in [0, 1), by a seed. */
export function uniformNumbers(seed: number): () => number {
  let drawn = 0;
  return () => createHash('sha256').update(`${seed} ${drawn++}`).digest().readUInt32LE() / 2 ** 32;
}
