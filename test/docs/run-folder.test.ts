/** docs/reference/run-folder.md names every file, field and column that real commands write. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { z } from 'zod';
import { root } from '../../docs/.vitepress/pages.ts';
import {
  samplesSchema,
  statusSchema,
  stepSchema,
  storedResultSchema,
  swapSchema,
} from '../../src/runs/schemas.ts';
import { summaryColumns } from '../../src/runs/summary.ts';
import { temporaryFolder } from '../../src/test-folder.ts';
import { stateSchema } from '../../src/train/checkpoint.ts';
import { flagOf } from '../../src/train/settings/flags.ts';
import { configKeys } from '../../src/train/settings/table.ts';
import { meanfield } from '../command/command.ts';
import { fieldsOf } from './reference/fields.ts';
import {
  claimFields,
  curvesColumns,
  environmentFields,
  outputs,
  reproductionFields,
  runsColumns,
} from './reference/outputs.ts';
import { pathOf } from './reference/page.ts';
import { runFolderPage } from './reference/run-folder.ts';

it('run-folder.md is written from the code (else: npm run docs:reference)', async () => {
  await expect(await runFolderPage()).toMatchFileSnapshot(pathOf('run-folder.md'));
});

const folder = temporaryFolder();
const run = join(folder, 'runs', 'example');
const call = (...words: string[]): void => {
  const { code, stderr } = meanfield(words, {}, folder);
  expect(code, stderr).toBe(0);
};

beforeAll(() => {
  const data = ['--dataset', 'synthetic-images', '--val-split', '200', '--limit-train-batches', '3'];
  const net = [
    '--model',
    'resnet20',
    '--width',
    '4',
    '-b',
    '32',
    '--tau-start',
    'uniform',
    '--tau-lr-factor',
    '10',
  ];
  const training = ['--epochs', '3', '--checkpoint-every', '1', '--ema', '0.9', '--patience', '1'];
  call('train', ...data, ...net, ...training, '--name', 'example');
  call('verify', 'C2', '--quick', '--output', 'verify');
  call('lab', '--preset', 'local-is-global', '--output', 'picture.svg');
  call('export', 'runs/example', '--to', 'hub', '--output', 'hub');
  call('export-run', 'runs/example', '--to', 'csv', '--output', 'tables');
});

/** Paths of all files in a folder. */
const filesIn = (where: string): string[] =>
  readdirSync(where, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(where.length + 1));

/** Files that no entry of the page names. */
function unnamed(title: string, where: string): string[] {
  const entries = outputs.find((one) => one.title === title)!.files;
  const patterns = Object.keys(entries).map(
    (name) => new RegExp(`^${name.replaceAll('.', '\\.').replace(/\b[A-Z]{3,}\b(?!\.md)/g, '[^/]+?')}$`),
  );
  const files = filesIn(where);
  expect(files.length).toBeGreaterThan(0);
  return files.filter((file) => !patterns.some((pattern) => pattern.test(file)));
}

describe('files', () => {
  it('of a run are all named', () => {
    expect(unnamed('The run folder', run)).toEqual([]);
  });

  it('of verify, exports and published grids are all named', () => {
    expect(unnamed('verify --output DIR', join(folder, 'verify'))).toEqual([]);
    expect(unnamed('export --to hub', join(folder, 'hub'))).toEqual([]);
    expect(unnamed('export-run --output DIR', join(folder, 'tables'))).toEqual([]);
    expect(unnamed('reproduce --output DIR and --publish DIR', join(root, 'docs/results/fast'))).toEqual([]);
  });

  it('that nobody names are found', () => {
    mkdirSync(join(folder, 'odd'));
    expect(unnamed('The run folder', folder)).toContain('runs/example/config.yaml');
  });
});

const text = (name: string): string => readFileSync(join(run, name), 'utf8');
const json = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

/** Paths of all fields of a record; names of stages are STAGE. */
function pathsIn(value: unknown, prefix: string, stages: readonly string[]): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => pathsIn(one, `${prefix}[]`, stages));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => {
    const name = stages.includes(key) ? 'STAGE' : key;
    const path = prefix === '' ? name : `${prefix}.${name}`;
    return [path, ...pathsIn(one, path, stages)];
  });
}
const stages = ['layer1', 'layer2', 'layer3'];

/** Fields of a record that the schema does not describe. */
function undescribed(record: unknown, schema: z.ZodObject): string[] {
  const known = new Set(fieldsOf(schema).map(({ name }) => name));
  const found = [...new Set(pathsIn(record, '', stages))].filter((name) => !name.endsWith('.STAGE'));
  expect(found.length).toBeGreaterThan(0);
  return found.filter((name) => !known.has(name));
}

describe('fields and columns', () => {
  const lines = (name: string): unknown[] =>
    text(name)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);

  it('of the journals are all described', () => {
    for (const line of lines('metrics.jsonl')) expect(undescribed(line, stepSchema)).toEqual([]);
    const swaps = lines('swaps.jsonl');
    expect(swaps.length).toBeGreaterThan(0);
    for (const line of swaps) expect(undescribed(line, swapSchema)).toEqual([]);
    expect(undescribed({ step: 1, stages: { layer1: { tau: [1], speed: [2] } } }, stepSchema)).toEqual([
      'stages.STAGE.speed',
    ]);
  });

  it('of the records of a run are all described', () => {
    expect(undescribed(json(join(run, 'result.json')), storedResultSchema)).toEqual([]);
    expect(undescribed(json(join(run, 'status.json')), statusSchema)).toEqual([]);
    expect(undescribed(json(join(run, 'samples.json')), samplesSchema)).toEqual([]);
    const state = Object.keys(json(join(run, 'checkpoints/last/state.json')) as object);
    expect(state.sort()).toEqual(Object.keys(stateSchema.shape).sort());
    const environment = Object.keys(json(join(run, 'env.json')) as object);
    expect([...environment, 'continued'].sort()).toEqual(Object.keys(environmentFields).sort());
    const settings = new Set(configKeys.map(flagOf));
    expect(Object.keys(parse(text('config.yaml')) as object).filter((key) => !settings.has(key))).toEqual([]);
  });

  it('of tables are all described', () => {
    const header = (table: string): string[] => table.split('\n')[0]!.split(',');
    expect(header(text('summary.csv'))).toEqual(Object.values(summaryColumns).map(({ name }) => name));
    const grid = join(root, 'docs/results/fast');
    expect(header(readFileSync(join(grid, 'runs.csv'), 'utf8'))).toEqual(Object.keys(runsColumns));
    const curves = gunzipSync(readFileSync(join(grid, 'curves.csv.gz'))).toString();
    expect(header(curves)).toEqual(Object.keys(curvesColumns));
    const trackers = readFileSync(join(root, 'docs/trackers.md'), 'utf8');
    const metrics = header(readFileSync(join(folder, 'tables/example.csv'), 'utf8'));
    expect(metrics.length).toBeGreaterThan(15);
    for (const name of metrics.slice(1)) {
      const general = name.replace(/layer\d\/\d/, 'STAGE/BLOCK').replace('validation/', 'test/');
      expect(trackers, name).toContain(`\`${general}\``);
    }
  });

  it('of claims and grids are all described', () => {
    const known = Object.keys(claimFields);
    expect(
      Object.keys(json(join(folder, 'verify/C2.json')) as object).filter((key) => !known.includes(key)),
    ).toEqual([]);
    const results = Object.keys(json(join(root, 'docs/results/fast/results.json')) as object);
    expect(results.filter((key) => !Object.hasOwn(reproductionFields, key))).toEqual([]);
    expect(existsSync(join(folder, 'picture.svg'))).toBe(true);
  });
});
