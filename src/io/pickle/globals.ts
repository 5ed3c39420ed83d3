/**
 * The meaning of the names in a pickle, one list for all files. Every name is looked up here: reading builds numbers,
 * text, arrays and collections of them, and calls nothing. Objects of unlisted classes become {@link Opaque}. A name
 * whose only purpose is to run code when Python loads the file is an error.
 */
import { show } from '../../check.ts';
import { FileError } from '../../errors.ts';
import type { Damaged } from './cursor.ts';
import { NumpyArray, numpyFromBuffer, numpyScalar, NumpyType } from './numpy.ts';
import type { PickleHost } from './unpickle.ts';

export type Make = (args: readonly unknown[], damaged: Damaged) => unknown;

/** A name that may be called. */
export class Maker {
  readonly make: Make;

  constructor(make: Make) {
    this.make = make;
  }
}

/** A Python class, a function that is only named, or an object of either: not instantiated, but its items are kept. */
export class Opaque {
  /** `datetime.datetime` */
  readonly name: string;
  /** Whether the class is a dict. */
  readonly entries = new Map<unknown, unknown>();

  constructor(name: string) {
    this.name = name;
  }
}

const dict: Make = ([items], damaged) => {
  if (items === undefined || items instanceof Map) return items ?? new Map<unknown, unknown>();
  if (!Array.isArray(items) || !items.every((item) => Array.isArray(item) && item.length === 2))
    throw damaged('a dict is made of what are not pairs');
  return new Map(items as [unknown, unknown][]);
};
const list: Make = ([items]) => (Array.isArray(items) ? (items as unknown[]) : []);
const set: Make = ([items]) => new Set(Array.isArray(items) ? (items as unknown[]) : []);
const bytesOf: Make = ([value, encoding], damaged) => {
  if (value === undefined) return new Uint8Array();
  if (value instanceof Uint8Array) return value;
  if (typeof value !== 'string' || (encoding !== 'latin1' && encoding !== 'latin-1'))
    throw damaged('bytes are not text of latin1');
  return Uint8Array.from(Buffer.from(value, 'latin1'));
};
const array = new Maker(() => new NumpyArray());
const maker = (make: Make): Maker => new Maker(make);

type Names = readonly (readonly [string, unknown])[];
const inModules = (modules: readonly string[], names: Readonly<Record<string, unknown>>): Names =>
  modules.flatMap((module) =>
    Object.entries(names).map(([name, value]) => [`${module}.${name}`, value] as const),
  );

/** Known names. */
const known: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ...inModules(['collections'], {
    OrderedDict: maker(dict),
    Counter: maker(dict),
    defaultdict: maker(() => new Map()),
    deque: maker(list),
  }),
  // The options of a training script.
  ['argparse.Namespace', maker(() => new Map())],
  ['types.SimpleNamespace', maker(() => new Map())],
  ...inModules(['builtins', '__builtin__'], {
    set: maker(set),
    frozenset: maker(set),
    list: maker(list),
    tuple: maker(list),
    dict: maker(dict),
    bytes: maker(bytesOf),
    bytearray: maker(bytesOf),
  }),
  ['_codecs.encode', maker(bytesOf)],
  ['numpy.dtype', maker(([name]) => new NumpyType(String(name)))],
  ['numpy.ndarray', array],
  ...inModules(['numpy.core.multiarray', 'numpy._core.multiarray'], {
    scalar: maker(numpyScalar),
    _reconstruct: array,
  }),
  ...inModules(['numpy.core.numeric', 'numpy._core.numeric'], { _frombuffer: maker(numpyFromBuffer) }),
]);

/** Python's standard modules. Data files hold the names in {@link harmless} only; any other name runs code, or may. */
const standardModules = new Set(
  (
    '__builtin__ __builtins__ _codecs _io _osx_support _pickle _posixsubprocess _pydatetime _socket _struct _thread ' +
    'aifc array ast asyncio asyncore atexit base64 bdb binascii builtins bz2 cProfile calendar cgi cgitb cmd code codecs ' +
    'codeop collections commands compileall concurrent configparser contextlib copy copy_reg copyreg csv ctypes ' +
    'curses datetime dbm decimal difflib dill dis distutils doctest email ensurepip enum fcntl filecmp fileinput ' +
    'fnmatch fractions ftplib functools gc getpass glob gzip heapq hashlib http idlelib imaplib imp importlib inspect io ' +
    'ipaddress itertools joblib json lib2to3 linecache logging lzma mailbox marshal mmap modulefinder multiprocessing ' +
    'netrc nntplib nt ntpath numbers operator optparse os os2emxpath pathlib pdb pickle pickletools pip pipes pkgutil ' +
    'platform plistlib poplib popen2 posix posixpath profile pstats pty pwd py_compile pyclbr pydoc queue random re ' +
    'resource rlcompleter runpy sched secrets select selectors setuptools shelve shlex shutil signal site smtpd smtplib ' +
    'socket socketserver sqlite3 ssl stat string struct subprocess sys sysconfig tarfile telnetlib tempfile ' +
    'test textwrap threading timeit tkinter token trace traceback turtle types typing unittest urllib urllib2 uuid venv ' +
    'weakref webbrowser winreg wsgiref xml xmlrpc zipapp zipfile zipimport zoneinfo cloudpickle'
  ).split(' '),
);
/** Members of enumerations are pickled as getattr(Colour, 'RED'). A member is a value: it is not called. */
const memberNames: readonly string[] = ['builtins.getattr', '__builtin__.getattr'];

/** Values from Python's standard modules, and data that NumPy and PyTorch store beside weights: skipped. */
const harmless: readonly RegExp[] = [
  /^(__builtin__|builtins)\.(bool|complex|Ellipsis|float|int|long|NoneType|object|range|slice|str|type|unicode|xrange)$/,
  /^(_pydatetime|datetime)\.(date|datetime|time|timedelta|timezone)$/,
  /^pathlib(\._local)?\.(Pure)?(Posix|Windows)?Path$/,
  /^(array\._array_reconstructor|array\.array)$/,
  /^collections\.(ChainMap|UserDict|UserList|UserString)$/,
  /^(copy_reg|copyreg)\._reconstructor$/,
  /^decimal\.Decimal$/,
  /^enum\.(Enum|IntEnum|Flag|IntFlag|StrEnum)$/,
  /^fractions\.Fraction$/,
  /^functools\.partial$/,
  /^ipaddress\.IPv[46](Address|Network)$/,
  /^random\.Random$/,
  /^re\._compile$/,
  /^typing\.[A-Z]\w*$/,
  /^uuid\.(SafeUUID|UUID)$/,
  /^zoneinfo\.ZoneInfo(\._unpickle)?$/,
  /^numpy\.(bool_?|bytes_|str_|void|object_|generic|number|floating|integer|matrix|memmap|record|recarray)$/,
  /^numpy\.(longlong|ulonglong|intc|uintc|longdouble|clongdouble)$/,
  /^numpy\.(u?int|float|complex|datetime|timedelta)\d+$/,
  /^numpy\.random\._pickle\.__(bit_generator|generator|randomstate)_ctor$/,
  /^numpy\.ma\.core\._mareconstruct$/,
  // Activations, initializers and the like in the options: named, not called.
  /^torch\.nn\.(functional|init)\.\w+$/,
  /^(timm|torchvision|lightning|pytorch_lightning|omegaconf)\.[\w.]+$/,
];
const longestName = 512;
const identifiers = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/;
const className = /(^|\.)_?[A-Z]\w*$/;

/** Whether an unknown name may appear in a data file: a class, or a listed value. */
function isPassedOver(module: string, name: string): boolean {
  const full = `${module}.${name}`;
  if (full.length > longestName || !identifiers.test(full)) return false;
  if (harmless.some((pattern) => pattern.test(full))) return true;
  return !standardModules.has(module.split('.')[0]!) && className.test(name);
}

interface HostOptions {
  /** For errors. */
  readonly file: string;
  readonly damaged: Damaged;
  /** The expected content, for errors: `weights`. */
  readonly content: string;
  /** How to make a file without such names. */
  readonly advice: string;
  /** The meaning of a name of the format; undefined for others. */
  readonly meaningOf?: (full: string) => unknown;
  /** See {@link PickleHost.persistent}; absent if the format has none. */
  readonly persistent?: (id: unknown) => unknown;
}

/** Limit for the items that calls copy in total: one stored list can be the argument of many calls. */
const itemLimit = 50_000_000;

function sizeOf(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  if (value instanceof Map || value instanceof Set) return value.size;
  return value instanceof Uint8Array ? value.byteLength : 1;
}

/** A host for the pickles of one format. */
export function hostOf({ file, damaged, content, advice, meaningOf, persistent }: HostOptions): PickleHost {
  const refused = (full: string): FileError =>
    new FileError(
      `${file} names ${show(full)}, which is not part of ${content}: loading it in Python would run that code, so the file is rejected; ${advice}`,
    );
  const getattr = (full: string): Maker =>
    new Maker(([target, name, ...more]) => {
      if (!(target instanceof Opaque) || typeof name !== 'string' || more.length > 0) throw refused(full);
      return Object.freeze({ member: `${target.name}.${name}` });
    });
  let items = 0;
  const count = (values: readonly unknown[]): void => {
    for (const value of values) items += sizeOf(value);
    if (items > itemLimit) throw damaged(`its pickle makes more than ${itemLimit} items`);
  };
  return {
    global(module, name) {
      const full = `${module}.${name}`;
      const meaning = meaningOf?.(full) ?? known.get(full);
      if (meaning !== undefined) return meaning;
      if (isPassedOver(module, name)) return new Opaque(full);
      if (memberNames.includes(full)) return getattr(full);
      throw refused(full);
    },
    call(callable, args) {
      count(args);
      if (callable instanceof Opaque) return new Opaque(callable.name);
      if (!(callable instanceof Maker)) throw damaged('something is called that cannot be');
      return callable.make(args, damaged);
    },
    build(target, state) {
      if (target instanceof NumpyType || target instanceof NumpyArray) {
        count(Array.isArray(state) ? (state as unknown[]) : []);
        target.setState(state);
      }
      // Fields of an options object, and attributes of an ordered dict, such as module versions.
      else if (!(target instanceof Map) && !(target instanceof Opaque))
        throw damaged('a state is set on what has none');
    },
    absorb(target, pairs) {
      if (!(target instanceof Opaque)) return false;
      for (let i = 0; i + 1 < pairs.length; i += 2) target.entries.set(pairs[i], pairs[i + 1]);
      return true;
    },
    persistent(id) {
      if (!persistent) throw damaged('its pickle names objects outside of it');
      return persistent(id);
    },
  };
}
