/** Output on a real terminal: one line of progress, tables that fit, colour where it is visible. */
import stringWidth from 'string-width';
import { expect, it } from 'vitest';
import { meanfield, meanfieldInTerminal } from './command.ts';
import { temporaryFolder } from '../../src/test-folder.ts';

const quick = [
  'train',
  ...['--dataset', 'synthetic-images', '--width', '2', '--batch-size', '16', '--epochs', '2'],
  ...['--limit-train-batches', '25', '--limit-eval-batches', '1', '--threads', '1', '--no-report'],
];

const root = temporaryFolder();

/** Every line that the terminal showed, including erased ones. */
const shown = (text: string): string[] => text.split(/[\r\n]+(?:\u001B\[K)?/);
const widest = (text: string): number => Math.max(...shown(text).map((line) => stringWidth(line)));

it('progress of training stays on one line, even after the terminal was made narrower', () => {
  const { terminal, resizedAt, code } = meanfieldInTerminal(
    [...quick, '--output', root, '--name', 'resized'],
    {
      columns: 60,
      resize: { after: 'train loss', columns: 36 },
    },
  );
  expect(code).toBe(0);
  const updates = terminal.split('\r\u001B[K').filter((update) => update.includes('epoch'));
  expect(updates.length).toBeGreaterThan(3);
  const [before, after] = [terminal.slice(0, resizedAt), terminal.slice(resizedAt)];
  // The first two lines are longer, and are not progress.
  expect(widest(before.slice(before.indexOf('\r\u001B[K')))).toBeLessThan(60);
  expect(resizedAt).toBeGreaterThan(0);
  expect(after).toContain('epoch 2/2');
  const progress = after.slice(after.indexOf('\n'), after.lastIndexOf('\ntau moved'));
  expect(widest(progress)).toBeLessThan(36);
});

it('without a terminal nothing is drawn, and progress is a line per epoch', () => {
  const { stderr } = meanfield([...quick, '--output', root, '--name', 'piped']);
  expect(stderr).not.toMatch(/[\r\u001B]/);
  expect(stderr.match(/^epoch/gm)).toHaveLength(2);
});

it.each([80, 24])('tables and help fit a terminal of %i columns', (columns) => {
  expect(widest(meanfieldInTerminal(['data', 'list'], { columns }).terminal)).toBeLessThanOrEqual(columns);
  expect(widest(meanfieldInTerminal(['lab', '--list'], { columns }).terminal)).toBeLessThanOrEqual(columns);
});

it('through a pipe a row is a line', () => {
  expect(meanfield(['data', 'list']).stdout).toMatch(/^cifar10 .*50,000.* Parquet version$/m);
  expect(widest(meanfield(['data', 'list'], { COLUMNS: '60' }).stdout)).toBeLessThanOrEqual(60);
});

it('only streams that are terminals are coloured', () => {
  const env = { PYTHON: 'false' };
  const toTerminal = meanfieldInTerminal(['doctor'], { columns: 80, streams: ['stdout'], env });
  expect(toTerminal.terminal).toContain('\u001B[32mok');
  const words = shown(toTerminal.terminal).filter((line) => !line.includes('-> '));
  expect(widest(words.join('\n'))).toBeLessThanOrEqual(80);
  const redirected = meanfieldInTerminal(['doctor'], { columns: 80, streams: ['stderr'], env });
  expect(redirected.stdout).toMatch(/^ok/);
  expect(redirected.stdout).not.toContain('\u001B');
});
