import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FileError } from '../errors.ts';
import { fileText } from './byte-source.ts';
import { temporaryFolder } from '../test-folder.ts';

const folder = temporaryFolder();
const path = join(folder, 'points.csv');
const read = (bytes: Uint8Array): string => {
  writeFileSync(path, bytes);
  return fileText(path);
};

it('text is UTF-8, or UTF-16 of either byte order with a byte order mark', () => {
  const text = '\uFEFFx,größe\n1,😀\n';
  const utf16 = Buffer.from(text, 'utf16le');
  expect(read(Buffer.from(text))).toBe(text);
  expect(read(utf16)).toBe(text);
  expect(read(Buffer.from(utf16).swap16())).toBe(text);
  expect(read(Buffer.from(text.slice(1)))).toBe(text.slice(1));
  expect(read(new Uint8Array())).toBe('');
  expect(read(Buffer.from('x'))).toBe('x');
});

it('a path that cannot be read is reported in words', () => {
  expect(() => fileText(join(folder, 'no'))).toThrow(`cannot read ${join(folder, 'no')}: it does not exist`);
  expect(() => fileText(join(path, 'below'))).toThrow(/: a part of the path is not a folder$/);
});

it('other encodings are refused, not decoded to replacement characters', () => {
  for (const bytes of [Buffer.from('größe', 'latin1'), Uint8Array.of(0xff, 0xfe, 0x00)]) {
    expect(() => read(bytes)).toThrow(FileError);
    expect(() => read(bytes)).toThrow(`${path} is not text in UTF-8: save it in that encoding`);
  }
});
