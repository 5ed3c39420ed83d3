import * as fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FileError } from '../errors.ts';
import { findCut, Journal, stepOf } from './journal.ts';
import { temporaryFolder } from '../test-folder.ts';

const disk = vi.hoisted(() => ({ bytesLeft: Infinity }));

/** A disk that can be full: as in the kernel, a write stores as much as fits. */
vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  const writeSync = (descriptor: number, data: Buffer, offset = 0): number => {
    const room = Math.min(data.length - offset, disk.bytesLeft);
    if (room <= 0)
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    disk.bytesLeft -= room;
    return real.writeSync(descriptor, data, offset, room);
  };
  return { ...real, writeSync };
});

let root: string;
beforeEach(() => {
  root = temporaryFolder();
});
afterEach(() => {
  disk.bytesLeft = Infinity;
});

it('a full disk gives one clear line, and a half-written record is removed', () => {
  const journal = new Journal(join(root, 'metrics.jsonl'));
  journal.append({ step: 1 });
  disk.bytesLeft = 5;
  const write = (): void => {
    journal.append({ step: 2 });
  };
  expect(write).toThrow(FileError);
  expect(write).toThrow(/^cannot write .*metrics\.jsonl: no space left on the disk; free some, .*$/);
  disk.bytesLeft = Infinity;
  journal.append({ step: 2 });
  journal.close();
  expect(fs.readFileSync(journal.file, 'utf8')).toBe('{"step":1}\n{"step":2}\n');
});

it('a record written in pieces is complete', () => {
  const journal = new Journal(join(root, 'a.jsonl'));
  const text = 'é'.repeat(1000);
  journal.append({ step: 1, text } as { step: number });
  journal.close();
  expect(fs.readFileSync(journal.file, 'utf8')).toBe(`{"step":1,"text":"${text}"}\n`);
});

it('writes the step first, whatever the key order of the record', () => {
  const journal = new Journal(join(root, 'a.jsonl'));
  journal.append({ loss: 1, step: 7 } as { step: number });
  journal.close();
  expect(fs.readFileSync(journal.file, 'utf8')).toBe('{"step":7,"loss":1}\n');
});

it('finds the step of a record anywhere in the line', () => {
  expect(stepOf(Buffer.from('{"step":123456789012,"loss":1}'))).toBe(123456789012);
  expect(stepOf(Buffer.from('{"step":12}'))).toBe(12);
  expect(stepOf(Buffer.from('{"loss":1,"step":3}'))).toBe(3);
  expect(stepOf(Buffer.from('{"loss":1}'))).toBe(-1);
  expect(stepOf(Buffer.from('nonsense'))).toBe(-1);
  expect(stepOf(Buffer.from('null'))).toBe(-1);
});

it('keeps damaged lines between valid ones and cuts after the last valid one', () => {
  const file = join(root, 'a.jsonl');
  const kept = '{"step":1}\n??\n{"step":2}\n';
  fs.writeFileSync(file, `${kept}??\n{"step":3}\n{"step":4}`);
  expect(findCut(file, 2)).toEqual({ end: kept.length, last: 2 });
  expect(findCut(file, 9)).toEqual({ end: kept.length + 14, last: 3 });
  expect(findCut(file, 0)).toEqual({ end: 0, last: 0 });
});
