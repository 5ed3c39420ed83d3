import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { countLines, lastRecord, readRecords, swapSchema } from './index.ts';
import { temporaryFolder } from '../test-folder.ts';

const root = temporaryFolder();
const file = join(root, 'swaps.jsonl');

const line = (step: number): string =>
  `${JSON.stringify({ step, epoch: 0, stage: 'layer1', before: [0, 1], after: [1, 0], pairs: [[0, 1]] })}\n`;
function write(text: string): number {
  writeFileSync(file, text);
  return Buffer.byteLength(text);
}

it.each([
  ['whole', `${line(1)}${line(2)}`],
  ['followed by a line that is cut off', `${line(1)}${line(2)}${line(3).slice(0, 20)}`],
  ['followed by damaged lines', `${line(1)}${line(2)}{"step":3}\nnonsense\n\n`],
  ['alone', line(2)],
])('the last record is found when it is %s, like a full read finds it', async (_, text) => {
  const size = write(text);
  expect(lastRecord(file, size, swapSchema)?.step).toBe(2);
  expect((await readRecords(file, swapSchema)).records.at(-1)?.step).toBe(2);
});

it('the last record of a long file is found in its last bytes', () => {
  const size = write(Array.from({ length: 2000 }, (_, i) => line(i + 1)).join(''));
  expect(lastRecord(file, size, swapSchema)?.step).toBe(2000);
  expect(countLines(file, size)).toBe(2000);
});

it('a file without a record, or an empty one, has no last record', () => {
  expect(lastRecord(file, write('nonsense\n'), swapSchema)).toBeUndefined();
  expect(lastRecord(file, write(''), swapSchema)).toBeUndefined();
  expect(lastRecord(join(root, 'missing.jsonl'), 10, swapSchema)).toBeUndefined();
  expect(countLines(join(root, 'missing.jsonl'), 10)).toBe(0);
});
