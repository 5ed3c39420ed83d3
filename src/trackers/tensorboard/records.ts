/** TFRecord framing: length, checksum of the length, data, checksum of the data. */

/** CRC-32C (Castagnoli), reflected polynomial. */
const polynomial = 0x82f63b78;
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
  return value;
});

export function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = table[(crc ^ byte) & 255]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Checksums are rotated and shifted, so that a checksum of data with checksums is not degenerate. */
function masked(data: Uint8Array): number {
  const crc = crc32c(data);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

export function tfRecord(data: Uint8Array): Buffer {
  const record = Buffer.alloc(12 + data.length + 4);
  record.writeBigUInt64LE(BigInt(data.length));
  record.writeUInt32LE(masked(record.subarray(0, 8)), 8);
  record.set(data, 12);
  record.writeUInt32LE(masked(data), 12 + data.length);
  return record;
}

/** @throws RangeError if a checksum does not match */
export function* readTfRecords(file: Buffer): Generator<Buffer> {
  for (let at = 0; at + 12 <= file.length;) {
    const length = Number(file.readBigUInt64LE(at));
    if (masked(file.subarray(at, at + 8)) !== file.readUInt32LE(at + 8))
      throw new RangeError(`the checksum at byte ${at} does not match`);
    const end = at + 12 + length;
    if (end + 4 > file.length) return;
    const data = file.subarray(at + 12, end);
    if (masked(data) !== file.readUInt32LE(end))
      throw new RangeError(`the checksum of the record at byte ${at} does not match`);
    yield data;
    at = end + 4;
  }
}
