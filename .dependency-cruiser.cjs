// Imports go in one direction: an area imports only what its row lists (docs/design/README.md), and what is open to all: errors.ts, check.ts, cancel.ts, command-line.ts, program.ts.
// A row may also name areas that are planned.
const rows = {
  draw: [],
  io: [],
  stats: [],
  processes: ['io'],
  runs: ['io', 'processes', 'stats'],
  pictures: ['draw', 'runs', 'stats'],
  report: ['pictures', 'draw', 'io', 'runs', 'stats'],
  trackers: ['io', 'runs'],
  reference: [],
  native: [],
  tensor: ['native'],
  'tensor-files': ['tensor', 'io'],
  nn: ['tensor'],
  optim: ['tensor'],
  data: ['tensor', 'io'],
  'mean-field': ['nn', 'tensor'],
  models: ['mean-field', 'nn', 'tensor'],
  train: [
    'models',
    'mean-field',
    'nn',
    'optim',
    'data',
    'tensor',
    'tensor-files',
    'native',
    'processes',
    'runs',
    'io',
  ],
  export: ['train', 'models', 'tensor', 'native', 'runs', 'io'],
  theory: [
    'models',
    'mean-field',
    'nn',
    'optim',
    'data',
    'tensor',
    'report',
    'processes',
    'runs',
    'stats',
    'io',
  ],
  experiment: [
    'train',
    'models',
    'mean-field',
    'theory',
    'nn',
    'optim',
    'data',
    'tensor',
    'native',
    'report',
    'trackers',
    'processes',
    'runs',
    'stats',
    'io',
  ],
};
rows.bench = Object.keys(rows);
const library = Object.keys(rows);
rows['studio/protocol'] = ['runs'];
// The page reads CSV too: io/csv needs nothing of Node.
rows['studio/lab'] = ['pictures', 'draw', 'reference', 'data/points', 'io/csv'];
rows['studio/engine'] = ['studio/lab', 'mean-field', 'tensor', 'native', 'processes'];
rows['studio/server'] = ['studio/protocol', 'studio/lab', 'processes', 'runs', 'report', 'reference', 'io'];
rows['studio/client'] = [
  'studio/protocol',
  'studio/lab',
  'pictures',
  'draw',
  'train/settings',
  'runs',
  'report',
  'stats',
  'reference',
];
rows.cli = Object.keys(rows);

// Areas whose modules are imported through their index alone, with the modules that pages, or commands before they load the engine, import by themselves.
const closed = {
  bench: [],
  cli: [],
  data: ['names', 'points/catalogue'],
  export: ['names'],
  experiment: ['analyse/index', 'compare/index'],
  io: ['csv/[^/]+', 'system-error', 'user-path'],
  'mean-field': ['schedules/names', 'user-function'],
  models: ['names', 'plan', 'weight-names'],
  native: [],
  nn: [],
  optim: ['schedule'],
  processes: ['guard'],
  reference: ['laws', 'symmetric-eigen'],
  tensor: ['check-tensor', 'trace'],
  'tensor-files': ['stored-tensor'],
  theory: [],
  trackers: ['names'],
  train: ['settings/[^/]+', 'interrupt'],
  'studio/server': ['export'],
};

const test = '\\.test\\.ts$';
const openToAll = '^src/(errors|check|cancel|command-line|program)\\.ts$';
const forTestsAlone = '/fake-[^/]*$|^src/test-folder\\.ts$';
// What unit tests may use beside their area's row.
const forTests = ['reference', 'tensor', 'native'];

const inside = (areas) => `^src/(${areas.join('|')})/`;
const rule = (name, from, to) => ({ name, severity: 'error', from, to });

const rulesOf = ([area, row]) => [
  rule(
    `${area}-imports-only-its-row`,
    { path: inside([area]), pathNot: test },
    { path: '^src/', pathNot: [inside([area, ...row]), openToAll] },
  ),
  rule(
    `${area}-tests-import-only-its-row`,
    { path: `${inside([area])}.*${test}` },
    { path: '^src/', pathNot: [inside([area, ...row, ...forTests]), openToAll, '^src/test-folder\\.ts$'] },
  ),
];

module.exports = {
  forbidden: [
    ...Object.entries(rows).flatMap(rulesOf),
    // src/processes is loaded by every worker, and loads little.
    ...Object.entries(closed).map(([area, open]) =>
      rule(
        `${area}-is-imported-by-its-index`,
        { path: '^src/.+/', pathNot: [inside([area]), '^src/processes/', test, '/fake-'] },
        { path: inside([area]), pathNot: `^src/${area}/(${['index', ...open].join('|')})\\.ts$` },
      ),
    ),
    rule('every-area-has-a-row', { path: '^src/.+/', pathNot: inside(Object.keys(rows)) }, {}),
    rule('errors-import-nothing', { path: '^src/errors\\.ts$' }, { path: '^src/' }),
    rule('command-line-imports-nothing', { path: '^src/command-line\\.ts$' }, { path: '^src/' }),
    rule(
      'program-imports-command-line',
      { path: '^src/program\\.ts$' },
      { path: '^src/', pathNot: '^src/command-line\\.ts$' },
    ),
    rule(
      'check-imports-errors',
      { path: '^src/check\\.ts$' },
      { path: '^src/', pathNot: '^src/errors\\.ts$' },
    ),
    rule(
      'cancel-imports-check-and-errors',
      { path: '^src/cancel\\.ts$' },
      { path: '^src/', pathNot: '^src/(check|errors)\\.ts$' },
    ),
    rule(
      'index-lists-the-library',
      { path: '^src/index\\.ts$' },
      { path: '^src/', pathNot: [inside(library), openToAll] },
    ),
    rule('no-cycles', {}, { circular: true }),
    // It also computes in browsers.
    rule(
      'reference-imports-nothing',
      { path: '^src/reference/', pathNot: test },
      { pathNot: '^src/reference/' },
    ),
    rule(
      'pages-import-no-node',
      { path: '^src/(draw|pictures|studio/(protocol|lab|client)|io/csv)/', pathNot: [test, '/fake-'] },
      { dependencyTypes: ['core'] },
    ),
    // createRequire of node:module is how a module loads one; load-in-turn registers a hook of the module loader,
    // and block-file loads the user's own block.
    rule(
      'only-native-loads-the-addon',
      {
        path: '^src/',
        pathNot: ['^src/native/', '^src/load-in-turn(-hook)?\\.ts$', '^src/train/block-file\\.ts$', test],
      },
      { path: '\\.node$|^(node:)?module$' },
    ),
    rule(
      'lab-views-are-independent',
      { path: '^src/studio/lab/views/([^/]+)/' },
      { path: '^src/studio/lab/views/[^/]+/', pathNot: '^src/studio/lab/views/$1/' },
    ),
    rule(
      'lab-views-compute-without-drawing',
      { path: '^src/studio/lab/views/[^/]+/compute\\.ts$' },
      { path: '^src/(draw|pictures|studio/lab/drawing)/' },
    ),
    rule('nothing-imports-a-test', {}, { path: test }),
    rule('sources-do-not-import-the-suites', { path: '^src/' }, { path: '^(test|examples)/' }),
    // They are not compiled into dist/.
    rule('only-tests-import-fakes', { path: '^src/', pathNot: [test, '/fake-'] }, { path: forTestsAlone }),
    rule('what-is-imported-exists', {}, { couldNotResolve: true }),
    // The page is bundled: what it imports is in dist/page.
    rule(
      'sources-import-dependencies-only',
      { path: '^src/', pathNot: [test, forTestsAlone, '^src/studio/client/'] },
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm', 'type-only'] },
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
