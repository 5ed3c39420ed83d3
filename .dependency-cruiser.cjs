// Imports go in one direction: an area imports only what its row lists (docs/design/README.md). errors.ts and check.ts are open to all.
const areas = {
  io: [],
  runs: ['io'],
  report: ['io', 'runs'],
  reference: [],
  native: [],
  tensor: ['native'],
  nn: ['tensor'],
  optim: ['tensor'],
  data: ['tensor', 'io'],
  'mean-field': ['nn', 'tensor'],
  models: ['mean-field', 'nn', 'tensor'],
  train: ['models', 'mean-field', 'nn', 'optim', 'data', 'tensor', 'native', 'runs', 'io'],
  bench: ['train', 'models', 'mean-field', 'nn', 'optim', 'data', 'tensor', 'native', 'runs', 'report', 'io'],
};
const everything = [...Object.keys(areas), 'cli'];

const inside = (names) => `^src/(${names.join('|')})/`;
const open = '^src/(errors|check)\\.ts$';
const test = '\\.test\\.ts$';

const areaRules = Object.entries(areas).map(([area, allowed]) => ({
  name: `${area}-imports-only-its-row`,
  severity: 'error',
  from: { path: `^src/${area}/`, pathNot: test },
  to: { path: '^src/', pathNot: [inside([area, ...allowed]), ...(area === 'reference' ? [] : [open])] },
}));

// Unit tests may also compare with the reference.
const testRules = Object.entries(areas).map(([area, allowed]) => ({
  name: `${area}-tests-import-only-its-row`,
  severity: 'error',
  from: { path: `^src/${area}/.*${test}` },
  to: { path: '^src/', pathNot: [inside([area, 'reference', 'tensor', 'native', ...allowed]), open] },
}));

module.exports = {
  forbidden: [
    ...areaRules,
    ...testRules,
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'nothing-imports-the-command-line',
      severity: 'error',
      from: { path: inside(Object.keys(areas)) },
      to: { path: '^src/cli/' },
    },
    {
      name: 'sources-do-not-import-tests',
      severity: 'error',
      from: { path: '^src/', pathNot: test },
      to: { path: '(^test/|\\.test\\.ts$)' },
    },
    {
      name: 'reference-imports-nothing',
      severity: 'error',
      from: { path: '^src/reference/', pathNot: test },
      to: { pathNot: '^src/reference/' },
    },
    {
      name: 'known-areas-only',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: inside(everything) },
      to: {},
    },
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
