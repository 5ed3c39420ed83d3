// A process among many that claims cells, holds each for a moment, and now and then dies while it holds one.
// node claim-racer.mjs ROOT CELLS ROUNDS DEATHS: prints 'clash' for a cell that a living process holds too.
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processIdentity, takeClaim } from '../../dist/processes/index.js';

const [root, cells, rounds, deaths] = [process.argv[2], ...process.argv.slice(3).map(Number)];

for (let round = 0; round < rounds; round++) {
  const cell = `cell-${Math.floor(Math.random() * cells)}`;
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
  await sleep(Math.random() * 2);
  if (Math.random() < deaths) process.kill(process.pid, 'SIGKILL');
  rmSync(mark);
  claim.release();
}
console.log('done');
