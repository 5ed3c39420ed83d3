/** Environment variables, exit codes and layouts of data. */
import { audiences, environmentVariables } from '../../../src/cli/environment-variables.ts';
import { exitCodeMeanings } from '../../../src/cli/exit-codes.ts';
import { listDatasets } from '../../../src/data/index.ts';
import * as errors from '../../../src/errors.ts';
import { code, escaped, page, table } from './page.ts';

export const environmentPage = (): Promise<string> =>
  page(
    'Environment variables',
    'Every variable that the code reads. `npx meanfield doctor` shows those that are set.',
    ...Object.entries(audiences).flatMap(([audience, title]) => [
      `## ${title}`,
      table(
        ['variable', 'value', 'meaning', 'without it'],
        Object.entries(environmentVariables)
          .filter(([, one]) => one.audience === audience)
          .map(([name, { values, meaning, otherwise }]) => [code(name), values, meaning, otherwise]),
      ),
    ]),
  );

type Named = new (message: string) => errors.MeanfieldError;

/** The named errors with the exit code of each. */
function errorRows(): string[][] {
  const named = Object.entries<unknown>({ ...errors }).filter(
    (entry): entry is [string, Named] =>
      typeof entry[1] === 'function' && entry[1].prototype instanceof errors.MeanfieldError,
  );
  return named.map(([name, Error]) => [code(name), String(new Error('').exitCode)]);
}

export const exitCodesPage = (): Promise<string> =>
  page(
    'Exit codes',
    'All commands end with one of these. With `--json`, a failure is also one object on stdout: `{"error": {"name", "message", "exitCode"}}`.',
    table(
      ['code', 'name', 'meaning'],
      (Object.keys(errors.exitCodes) as (keyof typeof errors.exitCodes)[]).map((name) => [
        String(errors.exitCodes[name]),
        code(name),
        exitCodeMeanings[name].long,
      ]),
    ),
    'The library throws named errors; `exitCode` is the code with which the command ends:',
    table(['error', 'code'], errorRows()),
  );

export const dataLayoutsPage = (): Promise<string> =>
  page(
    'Data layouts',
    'What `--dataset` and `--data-dir` accept. The first layout that is found is read. `npx meanfield data check NAME --data-dir DIR` reads a data set as training does, and `data fetch` downloads those that are published.',
    ...listDatasets().flatMap(({ name, description, images, classes, fetchable, layouts }) => [
      `## ${name}`,
      `${escaped(description[0]!.toUpperCase() + description.slice(1))}. Images: ${images}; classes: ${classes}.${fetchable ? ` \`npx meanfield data fetch ${name} --data-dir DIR\` downloads it.` : ''}`,
      table(
        ['files', 'note'],
        layouts.map(({ files, note }) => [files.map(code).join(', ') || '-', note]),
      ),
    ]),
  );
