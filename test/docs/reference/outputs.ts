/** The files that commands write, and the fields of those that have no schema. */
import type { Analysis } from '../../../src/runs/analysis.ts';
import type { ClaimResult } from '../../../src/runs/claims.ts';
import { runFiles } from '../../../src/runs/layout.ts';
import type { Reproduction } from '../../../src/runs/reproduction.ts';

/** Meanings by path; a word in capitals stands for any name. */
type Files = Readonly<Record<string, string>>;

const inCheckpoints = `${runFiles.checkpoints}/NAME`;
const ofRun = {
  [runFiles.config]: 'The settings, named like the flags of `train` ([commands](commands.md#train)).',
  [runFiles.environment]: 'Where and how the run computed.',
  [runFiles.metrics]: 'The journal: a JSON object per line and training step.',
  [runFiles.summary]: 'A row per epoch.',
  [runFiles.swaps]: 'A JSON object per line and change of the order of blocks.',
  [runFiles.status]: 'State of the run, and a sign of life of its process every 2 s.',
  [runFiles.result]: 'Result of a finished run.',
  [runFiles.report]: 'The report as a page; `train --no-report` omits it.',
  [runFiles.samples]: 'Test images with predictions, for pages.',
  [runFiles.analysis]: '`analyse`: every number.',
  [runFiles.analysisPage]: '`analyse`: the page.',
  [`${inCheckpoints}/model.safetensors`]:
    'Checkpoint `last`, `best` or `epoch-NNN` (from 1): weights, buffers and positions; blocks are named in order of creation.',
  [`${inCheckpoints}/ema.safetensors`]: 'The averaged weights, with `--ema`.',
  [`${inCheckpoints}/optim.safetensors`]: 'State of the optimiser.',
  [`${inCheckpoints}/state.json`]: 'All else that the next step depends on.',
  [`${runFiles.figures}/FIGURE.svg`]: 'A figure of the report.',
  [`${runFiles.figures}/FIGURE.csv`]: 'Its data; the header names quantities with their units.',
  [`${runFiles.figures}/FIGURE.vl.json`]: 'The same as a Vega-Lite specification.',
} as const satisfies Files;

export const outputs: readonly { readonly title: string; readonly files: Files }[] = [
  { title: 'The run folder', files: ofRun },
  {
    title: 'verify --output DIR',
    files: {
      'verify.html': 'The page of all claims.',
      'CLAIM.json': 'The claim with its checks and the data of its figure.',
      'CLAIM.csv':
        'The points of the figure: `series`, the quantities of both axes, `low` and `high` of the spread.',
      'CLAIM.npz': 'The same as arrays for NumPy.',
      'CLAIM.svg': 'The figure.',
      'CLAIM.png': 'The figure.',
      'CLAIM.pdf': 'The figure.',
    },
  },
  {
    title: 'reproduce --output DIR and --publish DIR',
    files: {
      'reproduce.html': 'The page of the grid.',
      'results.json': 'Means, paired gains and order changes of every row.',
      'runs.csv': 'A row per finished run.',
      'table.md': 'The table as Markdown.',
      'figures/FIGURE.svg': 'A figure of the page.',
      'curves.csv.gz': '`--publish`: a row per recorded step of every run.',
      'records.tar.gz':
        '`--publish`: the run folders, without checkpoints of finished runs, paths and host names.',
    },
  },
  {
    title: 'lab --output FILE',
    files: {
      'picture.svg': 'The picture.',
      'picture.png': 'The picture.',
      'picture.json': 'Its numbers.',
    },
  },
  {
    title: 'export --to hub',
    files: {
      'README.md': 'Model card with results, positions and provenance.',
      'config.json': 'Configuration in the format of timm.',
      'model.safetensors': 'Weights of the plain net.',
      'load.py': 'Loads the net in PyTorch.',
      'resnet.py': 'The net in PyTorch.',
    },
  },
  {
    title: 'export-run --output DIR',
    files: {
      'RUN.csv': '`--to csv` and `trackio`: a row per step ([metrics](../trackers.md)).',
      'RUN/EVENTS': '`--to tensorboard`: an event file.',
    },
  },
];

/** Keys or columns with their meaning; `keyof` keeps them complete. */
export const environmentFields: Readonly<Record<string, string>> = {
  meanfield: 'Version of meanfield.',
  node: 'Version of Node.',
  platform: 'Operating system and architecture.',
  libtorch: 'Version of libtorch.',
  libtorchPath: 'File of the loaded library.',
  blas: 'BLAS that libtorch calls.',
  onednn: 'Version of oneDNN, or `none`.',
  capability: "Instruction set of libtorch's kernels.",
  bf16: 'Whether the CPU has bf16 instructions.',
  cpu: 'Name of the processor.',
  cores: 'Number of cores of the machine.',
  threads: 'Number of threads of the run.',
  memoryGb: 'Memory of the machine, in GiB.',
  host: 'Name of the machine.',
  command: 'The command line.',
  started: 'Start of the run, ISO 8601.',
  evaluatedOn: '`test` or `validation`: the images after each epoch.',
  continued: 'What differed when the run was resumed, with the step (from 1); absent if nothing did.',
};

export const analysisFields = {
  version: 'Version of the format.',
  run: 'Name of the run.',
  checkpoint: 'Analysed checkpoint.',
  step: 'Its training step, from 1.',
  dataset: 'Data set.',
  model: 'Name of the net.',
  scheme: 'Scheme of the block positions.',
  trainingSeed: 'Seed of the run.',
  images: 'Number of test images for errors.',
  gradientImages: 'Number of those images for derivatives.',
  draws: 'Max subsets, permutations and paths of each kind.',
  seed: 'Seed of these draws.',
  seconds: 'Duration, in seconds.',
  stages: 'Order (blocks from 0) and step sizes of each stage.',
  sections: 'Findings, checks and figures.',
  measurements: 'Every number, by section.',
} as const satisfies Readonly<Record<keyof Analysis, string>>;

export const claimFields = {
  id: 'Name of the claim.',
  title: 'Its title.',
  statement: 'The statement of the talk.',
  sentence: 'Description of the figure.',
  checks:
    'Each check: `name`, `measured`, `standardError`, `band` {`min`, `max`}, `pass`, `miss` (deviation relative to the tolerance).',
  reported: 'Numbers without a band.',
  panels: 'Data of the figure.',
  pass: 'Whether all checks hold.',
  seconds: 'Duration, in seconds.',
  error: 'Why the claim could not be measured; absent if it was.',
} as const satisfies Readonly<Record<keyof ClaimResult, string>>;

export const reproductionFields = {
  preset: 'Preset of the grid.',
  recipe: 'Its settings, in a sentence.',
  changed: 'Settings that override it.',
  measuredOn: '`test` or `validation`.',
  rows: 'A row per network: its arms with errors in percent, and comparisons with gains in percentage points.',
  finished: 'Number of finished runs.',
  unfinished: 'Names and states of the others.',
  machines: 'The machines, one line each.',
} as const satisfies Readonly<Record<keyof Reproduction, string>>;

export const runsColumns: Readonly<Record<string, string>> = {
  run: 'Name of the run folder.',
  network: 'Network, as in the talk.',
  dataset: 'Data set.',
  scheme: 'Scheme with its settings.',
  seed: 'Random seed.',
  error: 'Error after the last epoch on `measuredOn`, in percent.',
  test_error: 'Test error, in percent.',
  train_loss: 'Mean training loss of the last epoch, in nats.',
  swaps: 'Changes of the order of blocks, one per step and stage.',
  seconds: 'Duration of the run, in seconds.',
};

export const curvesColumns: Readonly<Record<string, string>> = {
  run: 'Name of the run folder.',
  step: 'Training step, from 1.',
  epoch: 'Epoch, from 0.',
  loss: 'Mean loss of the batch, in nats.',
  error: 'Misclassified images of the batch, in percent.',
  lr: 'Learning rate of the weights.',
  tau_lr: 'Learning rate of the depth coordinates; empty for vanilla.',
  images_per_second: 'Training speed, in images per second.',
  seconds: 'Time since the start of the run, in seconds.',
};
