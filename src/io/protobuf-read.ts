/** Decodes Protocol Buffers messages: fields by number, without their schema. */

/** Bytes of a value by wire type. */
const widths: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

/** Values by field number: integers as numbers, everything of a length as bytes. */
export type Fields = ReadonlyMap<number, readonly (number | Uint8Array)[]>;

/** @throws RangeError if the message is cut off, or has a field of another wire type */
export function fieldsOf(message: Uint8Array): Fields {
  const fields = new Map<number, (number | Uint8Array)[]>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = message[at++];
      if (byte === undefined) throw new RangeError('the message is cut off');
      value += (byte % 128) * factor;
      if (byte < 128) return value;
    }
  };
  const take = (length: number): Uint8Array => {
    if (at + length > message.length) throw new RangeError('the message is cut off');
    return message.subarray(at, (at += length));
  };
  while (at < message.length) {
    const key = varint();
    const wire = key % 8;
    const number = (key - wire) / 8;
    const values = fields.get(number) ?? [];
    if (wire === 0) values.push(varint());
    else if (wire in widths || wire === 2) values.push(take(widths[wire] ?? varint()));
    else throw new RangeError(`field ${number} has wire type ${wire}`);
    fields.set(number, values);
  }
  return fields;
}

export const messagesOf = (fields: Fields, field: number): Fields[] =>
  (fields.get(field) ?? []).map((one) => fieldsOf(one as Uint8Array));

export const textsOf = (fields: Fields, field: number): string[] =>
  (fields.get(field) ?? []).map((one) => Buffer.from(one as Uint8Array).toString());
