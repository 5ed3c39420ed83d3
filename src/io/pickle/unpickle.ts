/**
 * The pickle format as data: a stack machine with a memo for the opcodes of protocols 2 to 5, which calls nothing by
 * itself. The host decides what names, calls and states mean, from a fixed list (globals.ts). Lists and tuples become
 * arrays, dicts Maps, sets Sets. There is no recursion, and every opcode takes at least one byte, so the file bounds
 * time and memory. Opcodes: Lib/pickletools.py of CPython.
 */
import type { FileError } from '../../errors.ts';
import type { Cursor } from './cursor.ts';

export interface PickleHost {
  /** The meaning of a name. @throws FileError unless it is on the list */
  global(module: string, name: string): unknown;
  /** The result of calling a global. @throws FileError for anything else */
  call(callable: unknown, args: readonly unknown[]): unknown;
  /** Applies the state that `__setstate__` would take. */
  build(target: unknown, state: unknown): void;
  /**
   * Adds items to an object that is not a list, dict or set; false if it takes none. @param pairs - for a dict: key,
   * value, ..
   */
  absorb(target: unknown, pairs: readonly unknown[]): boolean;
  /** The meaning of a persistent id: in PyTorch's files, a storage. */
  persistent(id: unknown): unknown;
}

const operationLimit = 10_000_000;
/** Maximum width of an integer in bytes; sizes and counters need 8. */
const longestInteger = 255;
const safe = BigInt(Number.MAX_SAFE_INTEGER);

class Machine {
  readonly cursor: Cursor;
  readonly host: PickleHost;
  readonly memo = new Map<number, unknown>();
  #stack: unknown[] = [];
  readonly #marked: unknown[][] = [];

  constructor(cursor: Cursor, host: PickleHost) {
    this.cursor = cursor;
    this.host = host;
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }

  pop(): unknown {
    if (this.#stack.length === 0) throw this.fault('takes from an empty stack');
    return this.#stack.pop();
  }

  top(): unknown {
    if (this.#stack.length === 0) throw this.fault('looks at an empty stack');
    return this.#stack[this.#stack.length - 1];
  }

  mark(): void {
    this.#marked.push(this.#stack);
    this.#stack = [];
  }

  /** The values pushed since the last mark. */
  sinceMark(): unknown[] {
    const items = this.#stack;
    const before = this.#marked.pop();
    if (!before) throw this.fault('has no mark');
    this.#stack = before;
    return items;
  }

  tuple(length: number): void {
    const items = Array.from({ length }, () => this.pop());
    this.push(items.reverse());
  }

  recall(index: number): void {
    if (!this.memo.has(index)) throw this.fault(`recalls value ${index}, which was never stored`);
    this.push(this.memo.get(index));
  }

  call(): void {
    const args = this.pop();
    if (!Array.isArray(args)) throw this.fault('has a call without arguments');
    this.push(this.host.call(this.pop(), args));
  }

  integer(length: number): void {
    if (length > longestInteger) throw this.fault(`has a whole number of ${length} bytes`);
    const digits = Buffer.from(this.cursor.take(length)).reverse().toString('hex');
    const value = length === 0 ? 0n : BigInt.asIntN(8 * length, BigInt(`0x${digits}`));
    this.push(value <= safe && value >= -safe ? Number(value) : value);
  }

  append(items: readonly unknown[]): void {
    const list = this.top();
    if (Array.isArray(list)) for (const item of items) list.push(item);
    else if (!this.host.absorb(list, [])) throw this.fault('appends to what is not a list');
  }

  setItems(items: readonly unknown[]): void {
    const dict = this.top();
    if (items.length % 2 !== 0) throw this.fault('has a key without a value');
    if (dict instanceof Map) for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
    else if (!this.host.absorb(dict, items)) throw this.fault('puts items into what is not a dict');
  }

  addItems(items: readonly unknown[]): void {
    const set = this.top();
    if (set instanceof Set) for (const item of items) set.add(item);
    else if (!this.host.absorb(set, [])) throw this.fault('adds to what is not a set');
  }

  stackGlobal(): void {
    const [name, module] = [this.pop(), this.pop()];
    if (typeof name !== 'string' || typeof module !== 'string')
      throw this.fault('names a global without text');
    this.push(this.host.global(module, name));
  }

  fault(what: string): FileError {
    return this.cursor.damaged(`its pickle ${what} (before byte ${this.cursor.position})`);
  }
}

type Operation = (machine: Machine) => void;

const push =
  (make: (cursor: Cursor) => unknown): Operation =>
  (m) => {
    m.push(make(m.cursor));
  };
const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const pairs = (items: readonly unknown[]): Map<unknown, unknown> =>
  new Map(Array.from({ length: items.length >> 1 }, (_, i) => [items[2 * i], items[2 * i + 1]]));

/** Keyed by the opcode's character, or by its byte above 0x7f. */
const operations = new Map<number, Operation>([
  ...Object.entries<Operation>({
    '(': (m) => {
      m.mark();
    },
    '0': (m) => void m.pop(),
    '1': (m) => void m.sinceMark(),
    '2': (m) => {
      m.push(m.top());
    },
    N: push(() => null),
    J: push((cursor) => cursor.view(4).getInt32(0, true)),
    K: push((cursor) => cursor.byte()),
    M: push((cursor) => cursor.unsigned(2)),
    G: push((cursor) => cursor.view(8).getFloat64(0)),
    X: push((cursor) => cursor.text(cursor.unsigned(4))),
    // Python 2 text.
    U: push((cursor) => latin1(cursor.take(cursor.byte()))),
    T: push((cursor) => latin1(cursor.take(cursor.unsigned(4)))),
    B: push((cursor) => cursor.take(cursor.unsigned(4)).slice()),
    C: push((cursor) => cursor.take(cursor.byte()).slice()),
    ')': push(() => []),
    ']': push(() => []),
    '}': push(() => new Map()),
    t: (m) => {
      m.push(m.sinceMark());
    },
    l: (m) => {
      m.push(m.sinceMark());
    },
    d: (m) => {
      m.push(pairs(m.sinceMark()));
    },
    a: (m) => {
      m.append([m.pop()]);
    },
    e: (m) => {
      m.append(m.sinceMark());
    },
    s: (m) => {
      const value = m.pop();
      m.setItems([m.pop(), value]);
    },
    u: (m) => {
      m.setItems(m.sinceMark());
    },
    q: (m) => void m.memo.set(m.cursor.byte(), m.top()),
    r: (m) => void m.memo.set(m.cursor.unsigned(4), m.top()),
    h: (m) => {
      m.recall(m.cursor.byte());
    },
    j: (m) => {
      m.recall(m.cursor.unsigned(4));
    },
    c: (m) => {
      const module = m.cursor.line();
      m.push(m.host.global(module, m.cursor.line()));
    },
    R: (m) => {
      m.call();
    },
    b: (m) => {
      const state = m.pop();
      m.host.build(m.top(), state);
    },
    Q: (m) => {
      m.push(m.host.persistent(m.pop()));
    },
  }).map(([character, operation]): [number, Operation] => [character.charCodeAt(0), operation]),
  // NEWOBJ: cls.__new__(cls, *args), a call to the host.
  [
    0x81,
    (m) => {
      m.call();
    },
  ],
  [
    0x85,
    (m) => {
      m.tuple(1);
    },
  ],
  [
    0x86,
    (m) => {
      m.tuple(2);
    },
  ],
  [
    0x87,
    (m) => {
      m.tuple(3);
    },
  ],
  [0x88, push(() => true)],
  [0x89, push(() => false)],
  [
    0x8a,
    (m) => {
      m.integer(m.cursor.byte());
    },
  ],
  [
    0x8b,
    (m) => {
      m.integer(m.cursor.unsigned(4));
    },
  ],
  [0x8c, push((cursor) => cursor.text(cursor.byte()))],
  [0x8d, push((cursor) => cursor.text(cursor.unsigned(8)))],
  [0x8e, push((cursor) => cursor.take(cursor.unsigned(8)).slice())],
  [0x8f, push(() => new Set())],
  [
    0x90,
    (m) => {
      m.addItems(m.sinceMark());
    },
  ],
  [
    0x91,
    (m) => {
      m.push(new Set(m.sinceMark()));
    },
  ],
  // NEWOBJ_EX: with keyword arguments, which nothing here accepts.
  [
    0x92,
    (m) => {
      m.pop();
      m.call();
    },
  ],
  [
    0x93,
    (m) => {
      m.stackGlobal();
    },
  ],
  [0x94, (m) => void m.memo.set(m.memo.size, m.top())],
  // FRAME: how far to read ahead.
  [0x95, (m) => void m.cursor.unsigned(8)],
  // BYTEARRAY8
  [0x96, push((cursor) => cursor.take(cursor.unsigned(8)).slice())],
]);
const [protocolOpcode, stopOpcode] = [0x80, 0x2e];
/** Ways to instantiate a class, and registered class numbers. */
const codeOpcodes = new Map([
  [0x69, 'INST'],
  [0x6f, 'OBJ'],
  [0x82, 'EXT1'],
  [0x83, 'EXT2'],
  [0x84, 'EXT4'],
]);

/**
 * The value of the pickle at the cursor, which moves past it.
 *
 * @throws FileError if it is damaged, has an unknown opcode, or names something not on the host's list
 */
export function unpickle(cursor: Cursor, host: PickleHost): unknown {
  const machine = new Machine(cursor, host);
  for (let count = 0; count < operationLimit; count++) {
    const opcode = cursor.byte();
    if (opcode === stopOpcode) return machine.pop();
    if (opcode === protocolOpcode) {
      const protocol = cursor.byte();
      if (protocol < 2 || protocol > 5)
        throw cursor.damaged(`its pickle has protocol ${protocol}; 2 to 5 are supported`);
      continue;
    }
    const operation = operations.get(opcode);
    if (!operation) {
      const name = codeOpcodes.get(opcode);
      throw machine.fault(
        name
          ? `makes an object of a class (${name}), which is not done here`
          : `has the unknown opcode 0x${opcode.toString(16).padStart(2, '0')}`,
      );
    }
    operation(machine);
  }
  throw machine.fault(`has more than ${operationLimit} operations`);
}
