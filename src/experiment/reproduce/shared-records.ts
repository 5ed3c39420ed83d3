/** The records of a run for publication: without names and paths of the machine, and with a sample of the steps. */
import { join } from 'node:path';
import { makeFolder, writeFileAtomic } from '../../io/index.ts';
import { readRun, runFiles, publishedKeys, summaryToCsv, writeConfigFile } from '../../runs/index.ts';

/** Number of steps kept, in addition to those after which blocks changed their order. */
const keptSteps = 150;

const json = (value: unknown): string => `${JSON.stringify(value)}\n`;

/**
 * Copies settings, environment, status, epochs, steps and swaps of the run in `from` to the folder `to`. The caller
 * writes the result: a folder with a result is a finished run.
 *
 * @param lastStep - the last step to copy; default: all
 * @throws FileError if a file cannot be written
 */
export async function writeSharedRecords(from: string, to: string, lastStep = Infinity): Promise<void> {
  const run = readRun(from);
  const [config = {}, environment = {}, status] = [run.config(), run.environment(), run.status()];
  const swaps = (await run.swaps()).filter(({ step }) => step <= lastStep);
  const keep = new Set([...swaps.map(({ step }) => step), lastStep]);
  const steps = (await run.steps({ maxPoints: keptSteps, keep })).filter(({ step }) => step <= lastStep);
  const lastEpoch = steps.at(-1)?.epoch ?? 0;
  const epochs = run.epochs().filter(({ epoch }) => lastStep === Infinity || epoch <= lastEpoch);
  makeFolder(to);
  const write = (name: string, text: string): void => {
    writeFileAtomic(join(to, name), text);
  };
  writeConfigFile(
    join(to, runFiles.config),
    Object.fromEntries(Object.entries(config).filter(([key]) => key !== 'data-dir')),
  );
  const facts = publishedKeys.flatMap((key) => (key in environment ? [[key, environment[key]]] : []));
  write(runFiles.environment, json(Object.fromEntries(facts)));
  // Undefined members are not written.
  if (status) write(runFiles.status, json({ ...status, pid: 1, host: '', process: undefined }));
  write(runFiles.summary, summaryToCsv(epochs));
  write(runFiles.metrics, steps.map(json).join(''));
  write(runFiles.swaps, swaps.map(json).join(''));
}
