/** Writes PNG files: grey or RGB, 8 bits, no filter (PNG specification, third edition). */
import { crc32, deflateSync } from 'node:zlib';
import { InternalError } from '../errors.ts';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Colour type by number of channels. */
const colourTypes: Readonly<Record<number, number>> = { 1: 0, 3: 2 };

/** Length, type, data, checksum of type and data. */
function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.byteLength, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}

/** @param pixels - [height, width, channels], channels 1 or 3 */
export function encodePng(
  pixels: Uint8Array,
  { width, height, channels }: { width: number; height: number; channels: number },
): Buffer {
  const type = colourTypes[channels];
  if (type === undefined || pixels.byteLength !== width * height * channels)
    throw new InternalError(`${pixels.byteLength} bytes are no image of ${width} x ${height} x ${channels}`);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  header[9] = type;
  // Each row begins with its filter type: 0.
  const stride = width * channels;
  const rows = Buffer.alloc(height * (stride + 1));
  for (let y = 0; y < height; y++)
    rows.set(pixels.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', new Uint8Array()),
  ]);
}
