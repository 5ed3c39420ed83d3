/** Encodes Protocol Buffers messages: the wire format of the fields that TensorBoard's event files and ONNX need. */

const wireVarint = 0;
const wireFixed64 = 1;
const wireBytes = 2;
const wireFixed32 = 5;

/** An unsigned integer below 2^53, 7 bits a byte. */
export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

const key = (field: number, wire: number): Buffer => varint(field * 8 + wire);

export const integer = (field: number, value: number): Buffer =>
  Buffer.concat([key(field, wireVarint), varint(value)]);

export function double(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([key(field, wireFixed64), bytes]);
}

export function float(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([key(field, wireFixed32), bytes]);
}

/** Text, bytes or a message. */
export function bytes(field: number, ...parts: readonly (string | Uint8Array)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  return Buffer.concat([key(field, wireBytes), varint(content.length), content]);
}
