/** Every file that a command writes, and the fields of each. */
import type { z } from 'zod';
import {
  samplesSchema,
  statusSchema,
  stepSchema,
  storedResultSchema,
  swapSchema,
} from '../../../src/runs/schemas.ts';
import { summaryColumns } from '../../../src/runs/summary.ts';
import { stateSchema } from '../../../src/train/checkpoint.ts';
import { fieldsOf } from './fields.ts';
import {
  analysisFields,
  claimFields,
  curvesColumns,
  environmentFields,
  outputs,
  reproductionFields,
  runsColumns,
} from './outputs.ts';
import { code, page, table } from './page.ts';

const fields = (schema: z.ZodObject, depth?: number): string =>
  table(
    ['field', 'type', 'unit', 'meaning'],
    fieldsOf(schema, depth).map(({ name, type, unit, meaning }) => [code(name), type, unit, meaning]),
  );
const plain = (kind: 'field' | 'column', meanings: Readonly<Record<string, string>>): string =>
  table(
    [kind, 'meaning'],
    Object.entries(meanings).map(([name, meaning]) => [code(name), meaning]),
  );

export const runFolderPage = (): Promise<string> =>
  page(
    'Files',
    'The files that commands write. Steps are counted from 1, epochs and blocks from 0; errors are in percent. Files are replaced atomically; journals grow by a line at a time, and a reader skips a last line that is not complete. [Runs in other tools](../trackers.md) shows how to read them in Python, R and TypeScript.',
    ...outputs.flatMap(({ title, files }) => [
      `## ${title}`,
      table(
        ['file', 'content'],
        Object.entries(files).map(([name, meaning]) => [code(name), meaning]),
      ),
    ]),
    '## metrics.jsonl',
    fields(stepSchema),
    '## summary.csv',
    table(
      ['column', 'unit', 'meaning'],
      Object.values(summaryColumns).map((one) => [
        code(one.name),
        'unit' in one ? one.unit : '',
        one.meaning,
      ]),
    ),
    'A cell is empty if its value is unknown, as in an epoch without evaluation.',
    '## swaps.jsonl',
    fields(swapSchema),
    '## result.json',
    fields(storedResultSchema),
    '## status.json',
    fields(statusSchema),
    '## env.json',
    plain('field', environmentFields),
    '## samples.json',
    fields(samplesSchema),
    '## state.json',
    fields(stateSchema, 1),
    '## analysis.json',
    plain('field', analysisFields),
    '## CLAIM.json of verify',
    plain('field', claimFields),
    '## results.json of reproduce',
    plain('field', reproductionFields),
    '## runs.csv of reproduce',
    plain('column', runsColumns),
    '## curves.csv.gz of reproduce',
    plain('column', curvesColumns),
  );
