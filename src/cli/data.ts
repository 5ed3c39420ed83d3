/** `meanfield data`: lists, fetches and checks data sets. */
import type { Command } from 'commander';
import { oneLine } from '../check.ts';
import { parseInteger } from './flags.ts';
import { duration, print, printJson, say } from './output.ts';
import { clearLiveLine, progressLine } from './terminal.ts';
import { textTable } from './text-table.ts';

interface DataFlags {
  dataDir?: string;
  imageSize?: number;
  channels?: 1 | 3;
  allowEmptyClasses?: boolean;
  mirror?: string[];
  json?: boolean;
}

export function registerData(program: Command): void {
  const data = program.command('data').description('list, fetch and check data sets');
  data
    .command('list')
    .description('list the data sets and where each was found')
    .option('--data-dir <dir>', 'another folder to search')
    .option('--json', 'print one JSON object')
    .action(async ({ dataDir, json }: DataFlags) => {
      const { listDatasets } = await import('../data/index.ts');
      const datasets = listDatasets(dataDir);
      if (json) printJson({ datasets });
      else
        print(
          textTable(
            ['name', 'images', 'classes', 'found', 'description'],
            datasets.map((one) => [
              one.name,
              one.images,
              one.classes,
              one.found ?? (one.fetchable ? '(fetch)' : '-'),
              one.description,
            ]),
          ),
        );
    });
  data
    .command('fetch')
    .description(
      'download a data set: resumes, tries mirrors, verifies SHA-256; a copy that is there is kept',
    )
    .argument('<name>', 'cifar10, cifar100, mnist or fashion-mnist')
    .requiredOption('--data-dir <dir>', 'destination folder')
    .option('--mirror <urls...>', 'URLs to try first')
    .option('--json', 'print one JSON object at the end')
    .action(async (name: string, { dataDir = '.', mirror, json }: DataFlags) => {
      const { fetchDataset } = await import('../data/index.ts');
      const started = performance.now();
      const outcome = await fetchDataset(name, dataDir, {
        mirrors: mirror ?? [],
        onProgress: downloadProgress(),
        onRetry: say,
      });
      const seconds = duration((performance.now() - started) / 1000);
      say(
        outcome.files.length === 0
          ? `${outcome.path}: already there, with all images`
          : `${outcome.path}: ${outcome.cached ? 'already downloaded' : `fetched in ${seconds}`}, checksum OK`,
      );
      if (json) printJson(outcome);
    });
  data
    .command('check')
    .description('read a data set as training does, and print a summary')
    .argument('<name>', 'data set')
    .option('--data-dir <dir>', 'folder of the data set')
    .option('--image-size <pixels>', 'image-folder: resize images to this side length', parseInteger)
    .option('--channels <n>', 'image-folder: 1 (grey) or 3 (colour)', parseInteger)
    .option('--allow-empty-classes', 'image-folder: allow class folders without images')
    .option('--json', 'print one JSON object')
    .action(async (name: string, { dataDir, json, ...options }: DataFlags) => {
      const { checkDataset } = await import('../data/index.ts');
      const facts = await checkDataset(name, dataDir, options);
      if (json) printJson(facts);
      else
        process.stdout.write(
          `${facts.name}: good (${facts.where})\n` +
            facts.notes.map((note) => `note: ${note}\n`).join('') +
            `${facts.train} + ${facts.test} images${facts.validation ? ` (and ${facts.validation} for validation)` : ''} of ${facts.height} x ${facts.width} x ${facts.channels}, ${facts.classes.length} classes\n` +
            `training images per class: ${facts.perClass.map((count, c) => `${oneLine(facts.classes[c] ?? String(c))} ${count}`).join(', ')}\n` +
            `mean ${facts.mean.map((value) => value.toFixed(4)).join(', ')}  std ${facts.std.map((value) => value.toFixed(4)).join(', ')}\n` +
            (facts.checksum ? `archive: ${facts.checksum}\n` : ''),
        );
    });
}

function downloadProgress(): (done: number, total: number) => void {
  const line = progressLine(process.stderr, { liveInterval: 200, plainInterval: 10_000 });
  return (done, total) => {
    if (done >= total) clearLiveLine();
    else line.show(() => `${(done / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB`);
  };
}
