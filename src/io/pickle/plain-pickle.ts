/** Pickles of plain data: numbers, text, lists, dictionaries and arrays of NumPy. Nothing else is made, and nothing runs. */
import { FileError } from '../../errors.ts';
import { sourceOfBytes } from '../byte-source.ts';
import { NumpyType } from '../pytorch/numpy.ts';
import { Cursor, type Damaged } from './cursor.ts';
import { type PickleHost, unpickle } from './unpickle.ts';

/** An array of NumPy as its bytes; empty where its pickle does not say otherwise. */
export class PickledArray {
  shape: readonly number[] = [0];
  /** `u1`, `i8`, .. */
  type = '';
  bytes: Uint8Array = new Uint8Array();

  /** The state is (version, shape, type, column-major, bytes); Python 2 has text of latin1 for bytes. */
  setState(state: unknown, damaged: Damaged): void {
    const [, shape, type, columnMajor, data] = Array.isArray(state) ? (state as unknown[]) : [];
    const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
    if (!Array.isArray(shape) || !(type instanceof NumpyType) || !(bytes instanceof Uint8Array))
      throw damaged('an array has no shape, type and bytes');
    if (columnMajor === true && shape.length > 1) throw damaged('an array is column-major');
    this.shape = shape.map(Number);
    this.type = type.name;
    this.bytes = bytes;
  }
}

class Maker {
  readonly make: (args: readonly unknown[]) => unknown;

  constructor(make: (args: readonly unknown[]) => unknown) {
    this.make = make;
  }
}

const reconstruct = new Maker(() => new PickledArray());
/** Passed as an argument only. */
const arrayClass = Object.freeze({ name: 'numpy.ndarray' });
const known: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['numpy.core.multiarray._reconstruct', reconstruct],
  ['numpy._core.multiarray._reconstruct', reconstruct],
  ['numpy.ndarray', arrayClass],
  ['numpy.dtype', new Maker(([name]) => new NumpyType(String(name)))],
  ['collections.OrderedDict', new Maker(() => new Map())],
  [
    '_codecs.encode',
    new Maker(([text]) => (typeof text === 'string' ? Uint8Array.from(Buffer.from(text, 'latin1')) : text)),
  ],
]);

/**
 * The value of a pickle.
 *
 * @param path - for errors
 * @throws FileError if it is damaged, or names anything but plain data
 */
export function readPlainPickle(bytes: Uint8Array, path: string): unknown {
  const damaged: Damaged = (what, cause) => new FileError(`${path} is damaged: ${what}`, cause);
  const host: PickleHost = {
    global(module, name) {
      const meaning = known.get(`${module}.${name}`);
      if (meaning !== undefined) return meaning;
      throw new FileError(
        `${path} names ${JSON.stringify(`${module}.${name}`)}, which is not plain data: nothing runs, and the file is refused`,
      );
    },
    call(callable, args) {
      if (!(callable instanceof Maker)) throw damaged('something is called that cannot be');
      return callable.make(args);
    },
    build(target, state) {
      if (target instanceof NumpyType) target.setState(state);
      else if (target instanceof PickledArray) target.setState(state, damaged);
      else throw damaged('a state is set on what has none');
    },
    persistent() {
      throw damaged('it names objects outside of it');
    },
  };
  return unpickle(new Cursor(sourceOfBytes(bytes), damaged), host);
}
