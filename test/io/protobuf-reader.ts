/** Reads Protocol Buffers messages back: enough of the wire format to check what is written. */

/** Values by field number: integers as numbers, everything of a length as bytes. */
export type Fields = ReadonlyMap<number, readonly (number | Uint8Array)[]>;

export function fieldsOf(message: Uint8Array): Fields {
  const fields = new Map<number, (number | Uint8Array)[]>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = message[at++]!;
      value += (byte % 128) * factor;
      if (byte < 128) return value;
    }
  };
  const take = (length: number): Uint8Array => message.subarray(at, (at += length));
  while (at < message.length) {
    const key = varint();
    const wire = key % 8;
    const value = wire === 0 ? varint() : take(wire === 2 ? varint() : wire === 1 ? 8 : 4);
    fields.set((key - wire) / 8, [...(fields.get((key - wire) / 8) ?? []), value]);
  }
  return fields;
}

export const messagesOf = (fields: Fields, field: number): Fields[] =>
  (fields.get(field) ?? []).map((one) => fieldsOf(one as Uint8Array));

export const textsOf = (fields: Fields, field: number): string[] =>
  (fields.get(field) ?? []).map((one) => Buffer.from(one as Uint8Array).toString());
