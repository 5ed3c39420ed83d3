/** SHA-256 of files and texts. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** In hexadecimal; the file is read as a stream. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** In hexadecimal, of the UTF-8 bytes. */
export const sha256OfText = (text: string): string => createHash('sha256').update(text).digest('hex');
