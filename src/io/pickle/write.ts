/** Writes pickles of protocol 2. */

/** Opcodes for a literal value. */
export class Raw {
  readonly bytes: Uint8Array;

  constructor(...parts: readonly (string | Uint8Array)[]) {
    this.bytes = Buffer.concat(
      parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
    );
  }
}

const numbered = (opcode: string, value: number): Buffer => {
  const bytes = Buffer.alloc(5, opcode);
  bytes.writeInt32LE(value | 0, 1);
  return bytes;
};

/** The opcodes of a value: arrays are tuples, Maps dicts. */
export function opcodesOf(value: unknown): Uint8Array {
  if (value instanceof Raw) return value.bytes;
  if (value === null) return Buffer.from('N');
  if (typeof value === 'boolean') return Buffer.of(value ? 0x88 : 0x89);
  if (typeof value === 'bigint') {
    const digits = Buffer.from(value.toString(16).padStart(20, '0'), 'hex').reverse();
    return Buffer.concat([Buffer.of(0x8a, digits.length), digits]);
  }
  if (typeof value === 'number') return numbered('J', value);
  if (typeof value === 'string') {
    const text = Buffer.from(value);
    return Buffer.concat([numbered('X', text.length), text]);
  }
  const items = value instanceof Map ? [...value].flat() : (value as unknown[]);
  const [open, close] = value instanceof Map ? ['}(', 'u'] : ['(', 't'];
  return Buffer.concat([Buffer.from(open), ...items.map(opcodesOf), Buffer.from(close)]);
}

export const pickleOf = (value: unknown): Buffer =>
  Buffer.concat([Buffer.of(0x80, 2), opcodesOf(value), Buffer.from('.')]);

export const globalOf = (module: string, name: string): Raw => new Raw(`c${module}\n${name}\n`);
export const callOf = (callable: Raw, args: readonly unknown[]): Raw =>
  new Raw(callable.bytes, opcodesOf(args), 'R');
