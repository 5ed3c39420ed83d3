/** TensorBoard event files: scalars, and the settings as hyperparameters. */
import { join } from 'node:path';
import { makeFolder, protobuf, writeFileAtomic } from '../../io/index.ts';
import type { PlainRecord } from '../../runs/index.ts';
import type { History, Point } from '../history.ts';
import type { Tracker } from '../tracker.ts';
import { tfRecord } from './records.ts';

const { bytes, double, float, integer } = protobuf;

// Field numbers of event.proto, summary.proto, tensor.proto and struct.proto.
const event = { wallTime: 1, step: 2, fileVersion: 3, summary: 5 };
const summaryValue = 1;
const value = { tag: 1, simpleValue: 2, tensor: 8, metadata: 9 };
const hparams = { start: 3, end: 4 };
/** Status of a session: success or failure. */
const [success, failure] = [1, 2];
/** A tensor must be present, and is not read: a float32 scalar. */
const emptyTensor = Buffer.concat([integer(1, 1), bytes(2), float(5, 0)]);

function structValue(setting: PlainRecord[string]): Buffer {
  if (typeof setting === 'number') return double(2, setting);
  if (typeof setting === 'boolean') return integer(4, setting ? 1 : 0);
  return bytes(3, typeof setting === 'string' ? setting : JSON.stringify(setting));
}

/** A summary of the plugin `hparams`: its data are the given field of HParamsPluginData. */
const hparamsSummary = (tag: string, field: number, ...data: readonly Uint8Array[]): Buffer =>
  bytes(
    summaryValue,
    bytes(value.tag, tag),
    bytes(value.tensor, emptyTensor),
    bytes(value.metadata, bytes(1, bytes(1, 'hparams'), bytes(2, bytes(field, ...data)))),
  );

function* events({ started, ended, finished, parameters, points }: History): Generator<Buffer> {
  yield Buffer.concat([double(event.wallTime, started), bytes(event.fileVersion, 'brain.Event:2')]);
  const settings = Object.entries(parameters).map(([name, setting]) =>
    bytes(1, bytes(1, name), bytes(2, structValue(setting))),
  );
  yield Buffer.concat([
    double(event.wallTime, started),
    bytes(
      event.summary,
      hparamsSummary('_hparams_/session_start_info', hparams.start, ...settings, double(5, started)),
    ),
  ]);
  for (const point of points) yield scalars(point);
  yield Buffer.concat([
    double(event.wallTime, ended),
    bytes(
      event.summary,
      hparamsSummary(
        '_hparams_/session_end_info',
        hparams.end,
        integer(1, finished ? success : failure),
        double(2, ended),
      ),
    ),
  ]);
}

const scalars = ({ step, time, metrics }: Point): Buffer =>
  Buffer.concat([
    double(event.wallTime, time),
    integer(event.step, step),
    bytes(
      event.summary,
      ...Object.entries(metrics).map(([tag, number]) =>
        bytes(summaryValue, bytes(value.tag, tag), float(value.simpleValue, number)),
      ),
    ),
  ]);

export const tensorboard: Tracker = {
  place: 'output',
  write(history, output) {
    const folder = join(output, history.name);
    makeFolder(folder);
    // The name is that of the run: exporting it again replaces the file.
    const file = join(folder, `events.out.tfevents.${Math.floor(history.started)}.meanfield`);
    writeFileAtomic(file, [...events(history)].map(tfRecord));
    return [file];
  },
  hint: (output) => `open with: tensorboard --logdir ${output}`,
};
