// A process among many that claims cells, holds each for a moment, and now and then dies while it holds one.
// node claim-racer.mjs ROOT CELLS ROUNDS DEATHS SEED: prints 'clash' for a cell that a living process holds too.
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processIdentity, takeClaim } from '../../dist/processes/index.js';

const [root, cells, rounds, deaths, seed] = [process.argv[2], ...process.argv.slice(3).map(Number)];
let drawn = 0;
const uniform = () => createHash('sha256').update(`${seed} ${drawn++}`).digest().readUInt32LE() / 2 ** 32;

for (let round = 0; round < rounds; round++) {
  const cell = `cell-${Math.floor(uniform() * cells)}`;
  const claim = takeClaim(root, cell);
  if (!claim) continue;
  const mark = join(root, `${cell}.inside`);
  if (existsSync(mark)) {
    if (processIdentity(Number(readFileSync(mark, 'utf8')))) console.log('clash');
    rmSync(mark, { force: true });
  }
  const file = openSync(mark, 'wx');
  writeSync(file, String(process.pid));
  closeSync(file);
  await sleep(uniform() * 2);
  if (uniform() < deaths) process.kill(process.pid, 'SIGKILL');
  rmSync(mark);
  claim.release();
}
console.log('done');
