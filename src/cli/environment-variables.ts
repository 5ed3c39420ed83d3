/** Every environment variable that the code reads. `doctor` reports those that are set; docs/reference/environment.md is written from it. */

/** Who sets it. */
export const audiences = {
  use: 'Running the command',
  setup: 'Building the addon',
  tests: 'Tests and tools of the repository',
  internal: 'Set by meanfield, npm or the desktop',
} as const;

interface EnvironmentVariable {
  readonly audience: keyof typeof audiences;
  readonly values: string;
  readonly meaning: string;
  /** Behaviour without it. */
  readonly otherwise: string;
}

export const environmentVariables: Readonly<Record<string, EnvironmentVariable>> = {
  OMP_NUM_THREADS: {
    audience: 'use',
    values: 'number',
    meaning: 'Default of `--threads`. The first number of a list such as `4,2` counts.',
    otherwise: 'all free cores',
  },
  NO_COLOR: {
    audience: 'use',
    values: 'not empty',
    meaning: 'No colours in the terminal.',
    otherwise: 'colours on a terminal',
  },
  FORCE_COLOR: {
    audience: 'use',
    values: 'not empty, not 0',
    meaning: 'Colours even if the output is a file or a pipe.',
    otherwise: 'colours on a terminal',
  },
  COLUMNS: {
    audience: 'use',
    values: 'number',
    meaning: 'Width of tables and help if the output is not a terminal.',
    otherwise: 'unlimited; help 80',
  },
  TERM: {
    audience: 'use',
    values: 'name',
    meaning: '`dumb`: no colours, and progress as lines of its own.',
    otherwise: '-',
  },
  PYTHON: {
    audience: 'use',
    values: 'path',
    meaning: 'Python with PyTorch for `bench`, `doctor`, tests, and `LIBTORCH_USE_PYTORCH`.',
    otherwise: '/usr/bin/python3, or python3',
  },
  MEANFIELD_DEBUG: {
    audience: 'use',
    values: 'not empty',
    meaning: 'Errors with their stack.',
    otherwise: 'one line',
  },
  MEANFIELD_IGNORE_HANGUP: {
    audience: 'use',
    values: '1',
    meaning: 'A closing terminal does not stop a run, as under `nohup`.',
    otherwise: 'the run stops and saves',
  },
  MEANFIELD_KEEP_MEMORY: {
    audience: 'use',
    values: '0',
    meaning: 'Freed memory goes back to the system at once: less memory, slower steps.',
    otherwise: 'freed memory is kept for the next step',
  },
  MEANFIELD_CORES_DIR: {
    audience: 'use',
    values: 'folder',
    meaning: 'Where processes claim cores. Processes with the same folder share the cores.',
    otherwise: 'meanfield-cores-UID in the temporary folder',
  },
  MLFLOW_TRACKING_URI: {
    audience: 'use',
    values: 'URL',
    meaning: 'Default of `export-run --tracking-uri`.',
    otherwise: 'the flag is needed',
  },
  LIBTORCH: {
    audience: 'setup',
    values: 'folder',
    meaning: 'libtorch with `include/` and `lib/`. The loaded library must lie in it.',
    otherwise: '/usr, then /usr/local',
  },
  LIBTORCH_INCLUDE: {
    audience: 'setup',
    values: 'folder',
    meaning: 'With `LIBTORCH`: the folder that holds `include/`, if it is another.',
    otherwise: 'LIBTORCH',
  },
  LIBTORCH_LIB: {
    audience: 'setup',
    values: 'folder',
    meaning: 'With `LIBTORCH`: the folder of the libraries, if it is another.',
    otherwise: 'LIBTORCH/lib',
  },
  LIBTORCH_CXX11_ABI: {
    audience: 'setup',
    values: '0, 1',
    meaning: 'ABI of std::string, if the library does not tell.',
    otherwise: 'that of the library',
  },
  LIBTORCH_USE_PYTORCH: {
    audience: 'setup',
    values: '1',
    meaning: 'Use the libtorch of a Python installation of torch.',
    otherwise: 'the system',
  },
  LIBTORCH_BYPASS_VERSION_CHECK: {
    audience: 'setup',
    values: '1',
    meaning: 'Accept versions of libtorch other than 1.13 and 2.x.',
    otherwise: 'refused',
  },
  CXX: { audience: 'setup', values: 'command', meaning: 'C++ compiler.', otherwise: 'g++' },
  XDG_CACHE_HOME: {
    audience: 'setup',
    values: 'absolute folder',
    meaning: 'Built addons are kept in `meanfield/addons` below it.',
    otherwise: '~/.cache',
  },
  MEANFIELD_BUILD_DIR: {
    audience: 'setup',
    values: 'folder',
    meaning: 'Where the addon is built and loaded from.',
    otherwise: 'build in the package',
  },
  MEANFIELD_SKIP_APT: {
    audience: 'setup',
    values: '1',
    meaning: '`--yes` installs no Debian packages.',
    otherwise: 'missing ones are installed',
  },
  MEANFIELD_MLFLOW: {
    audience: 'tests',
    values: 'path',
    meaning: 'The `mlflow` with which `export-run` is tested.',
    otherwise: 'mlflow; without it the test is skipped',
  },
  MEANFIELD_TEST_SEED: {
    audience: 'tests',
    values: 'number',
    meaning: 'Seed of random tests; a failure prints it.',
    otherwise: 'random',
  },
  SHOW_ERRORS: {
    audience: 'tests',
    values: 'not empty',
    meaning: 'Numeric tests print their errors.',
    otherwise: '-',
  },
  CHROMIUM: {
    audience: 'tests',
    values: 'path',
    meaning: 'Browser for tests of pages and for screenshots.',
    otherwise: '/usr/bin/chromium',
  },
  MEANFIELD_CPU: {
    audience: 'tests',
    values: 'any, avx2, avx512',
    meaning: 'Kernels for that CPU, if this one can run them.',
    otherwise: 'the fastest for this CPU',
  },
  MEANFIELD_CPU_FLAGS: {
    audience: 'tests',
    values: 'flags of /proc/cpuinfo',
    meaning: 'The CPU that is reported, to try `--amp` and its errors.',
    otherwise: '/proc/cpuinfo',
  },
  MEANFIELD_FUSED: {
    audience: 'tests',
    values: '0',
    meaning: "libtorch's operators instead of our kernels.",
    otherwise: 'our kernels',
  },
  MEANFIELD_WORKER: {
    audience: 'internal',
    values: '1',
    meaning: 'The process is a worker: it starts none of its own.',
    otherwise: '-',
  },
  MEANFIELD_LIFELINE: {
    audience: 'internal',
    values: 'file descriptor',
    meaning: 'The pipe whose end tells a worker that its command has ended.',
    otherwise: '-',
  },
  PATH: {
    audience: 'internal',
    values: 'folders',
    meaning: 'Searched for an installed `meanfield`, so that printed commands can be pasted.',
    otherwise: '-',
  },
  _: {
    audience: 'internal',
    values: 'path',
    meaning: '`nohup` if that started the command: a closing terminal does not stop it.',
    otherwise: '-',
  },
  DISPLAY: {
    audience: 'internal',
    values: 'address',
    meaning: '`studio` opens a browser if a desktop is running.',
    otherwise: 'it prints the address',
  },
  WAYLAND_DISPLAY: {
    audience: 'internal',
    values: 'address',
    meaning: 'The same under Wayland.',
    otherwise: 'it prints the address',
  },
  npm_command: {
    audience: 'internal',
    values: 'name',
    meaning: 'The npm command that prepares the package.',
    otherwise: '-',
  },
  _PACOTE_NO_PREPARE_: {
    audience: 'internal',
    values: 'text',
    meaning: 'npm sets it when it prepares a git dependency.',
    otherwise: '-',
  },
};
