import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { decodeCsv, protobuf } from '../io/index.ts';
import { writeFakeRun } from '../runs/fake-run.ts';
import { readRun, type StepRecord } from '../runs/index.ts';
import { temporaryFolder } from '../test-folder.ts';
import { type History, readEventFiles, readHistory, trackers } from './index.ts';
import { shortName } from './trackio.ts';
import { crc32c } from './tensorboard/records.ts';

const root = temporaryFolder();
let history: History;
let steps: readonly StepRecord[];
beforeAll(async () => {
  const dir = writeFakeRun(root, { name: 'own', scheme: 'intervals', epochs: 2, stepsPerEpoch: 5 });
  history = await readHistory(dir);
  steps = await readRun(dir).steps();
});

it('a history holds every step, every position, the epochs and the final test error', () => {
  const last = steps.at(-1)!;
  const points = history.points.filter(({ step }) => step === last.step).map(({ metrics }) => metrics);
  expect(points).toHaveLength(3);
  expect(points[0]).toMatchObject({
    'train/loss': last.loss,
    lr: last.lr,
    'tau/layer1/1': last.stages!.layer1!.tau![1],
    'tau-end/layer1/1': last.stages!.layer1!.tauEnd![1],
  });
  expect(Object.keys(points[1]!)).toContain('test/error');
  expect(Object.keys(points[2]!)).toEqual(['final/test-error', 'final/test-loss']);
  expect(history.points.map(({ step }) => step)).toEqual(
    [...history.points.map(({ step }) => step)].sort((a, b) => a - b),
  );
});

it('a table has one row per step with the numbers to the last bit', async () => {
  const [file] = await trackers.csv.write(history, join(root, 'csv'));
  const rows = decodeCsv(readFileSync(file!, 'utf8'), file!);
  expect(rows.map(({ step }) => step)).toEqual(steps.map(({ step }) => step));
  expect(rows.map((row) => row['train/loss'])).toEqual(steps.map(({ loss }) => loss));
  expect(rows.map((row) => row['tau/layer2/0'])).toEqual(steps.map(({ stages }) => stages!.layer2!.tau![0]));
  expect(rows.filter((row) => row['test/error'] !== null)).toHaveLength(2);
});

it('a table for trackio has ISO times', async () => {
  const [file] = await trackers.trackio.write(history, join(root, 'trackio'));
  const [row] = decodeCsv(readFileSync(file!, 'utf8'), file!);
  expect(Date.parse(String(row!.timestamp)) / 1000).toBeCloseTo(history.points[0]!.time, 2);
});

const python = process.env.PYTHON ?? 'python3';

/** As trackio.utils.simplify_column_names shortens names before it makes them unique. */
const shortened = (name: string): string => name.replace(/[^a-zA-Z0-9/]/g, '').slice(0, 10);

it('trackio keeps the names of its table as they are', async () => {
  const positions = ['tau', 'tau-end', 'step-size'].map((name) => `${name}/layer3/107`);
  const sets = ['test', 'validation'].flatMap((set) =>
    ['loss', 'error', 'ema-loss', 'ema-error'].map((name) => `${set}/${name}`),
  );
  const final = ['test-error', 'test-loss', 'ema-test-error', 'ema-test-loss'].map((name) => `final/${name}`);
  const all = new Set([
    ...history.points.flatMap(({ metrics }) => Object.keys(metrics)),
    ...positions,
    ...final,
  ]);
  for (const set of ['test', 'validation']) {
    const names = [...all, ...sets.filter((name) => name.startsWith(set))];
    const short = [...new Set(names)].map(shortName);
    expect(short.map(shortened)).toEqual(short);
    expect(new Set(short).size).toBe(new Set(names).size);
  }
  const [file] = await trackers.trackio.write(history, join(root, 'trackio'));
  const [row] = decodeCsv(readFileSync(file!, 'utf8'), file!);
  expect(row!['tau/2/0']).toBe(steps[0]!.stages!.layer2!.tau![0]);
});

const trackioReader = `
import sys, trackio
from trackio.sqlite_storage import SQLiteStorage
trackio.import_csv(sys.argv[1], project=sys.argv[2], name="own")
import json
print(json.dumps(SQLiteStorage.get_logs(sys.argv[2], "own")))
`;
const has = (module: string): boolean => {
  try {
    execFileSync(python, ['-c', `import ${module}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

it.skipIf(!has('trackio'))(
  `trackio imports every number under its name (needs ${python} with trackio)`,
  async () => {
    const [file] = await trackers.trackio.write(history, join(root, 'trackio'));
    const output = execFileSync(python, ['-c', trackioReader, file!, 'meanfield-test'], {
      encoding: 'utf8',
      env: { ...process.env, TRACKIO_DIR: join(root, 'trackio-data'), HF_HUB_OFFLINE: '1' },
    });
    const logs = JSON.parse(output.trim().split('\n').at(-1)!) as Record<string, unknown>[];
    const rows = decodeCsv(readFileSync(file!, 'utf8'), file!);
    expect(logs).toEqual(
      rows.map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))),
    );
  },
);

/** Recent versions of wandb read their files in Go alone: blocks of 32 KiB as in LevelDB, after a header of 7 bytes. */
const wandbReader = `
import json, sys
from wandb.proto.wandb_internal_pb2 import Record
data = open(sys.argv[1], "rb").read()
config, history, part, at = {}, [], b"", 7
while at + 7 <= len(data):
    left = 32768 - at % 32768
    if left < 7:
        at += left
        continue
    length, kind = int.from_bytes(data[at + 4 : at + 6], "little"), data[at + 6]
    part += data[at + 7 : at + 7 + length]
    at += 7 + length
    if kind not in (1, 4):
        continue
    record, part = Record.FromString(part), b""
    for item in record.run.config.update:
        config[item.key or "/".join(item.nested_key)] = json.loads(item.value_json)
    if record.HasField("history"):
        history.append({item.key or "/".join(item.nested_key): json.loads(item.value_json) for item in record.history.item})
print(json.dumps([config, history]))
`;

it.skipIf(!has('wandb'))(
  `wandb logs every number and setting offline (needs ${python} with wandb)`,
  async () => {
    const folder = join(root, 'wandb');
    const [, , script] = await trackers['wandb-offline'].write(history, folder);
    execFileSync(python, [script!], {
      cwd: folder,
      stdio: 'ignore',
      env: { ...process.env, WANDB_SILENT: 'true' },
    });
    const [run] = readdirSync(join(folder, 'wandb')).filter((name) => name.startsWith('offline-run'));
    const log = readdirSync(join(folder, 'wandb', run!)).find((name) => name.endsWith('.wandb'));
    const output = execFileSync(python, ['-c', wandbReader, join(folder, 'wandb', run!, log!)], {
      encoding: 'utf8',
    });
    const [settings, logged] = JSON.parse(output) as [Record<string, unknown>, Record<string, unknown>[]];
    expect(settings).toMatchObject(history.parameters);
    expect(logged.map((row) => row._step)).toEqual(steps.map(({ step }) => step));
    expect(logged.map((row) => row['train/loss'])).toEqual(steps.map(({ loss }) => loss));
    expect(logged.at(-1)).toHaveProperty('final/test-error');
  },
  120_000,
);

it('checksums and integers are those of the formats', () => {
  // The check value of CRC-32C, and 300 in the documentation of Protocol Buffers.
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  expect([...protobuf.varint(300)]).toEqual([0xac, 0x02]);
  expect([...protobuf.varint(2 ** 40)]).toEqual([0x80, 0x80, 0x80, 0x80, 0x80, 0x20]);
});

const reader = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData
log = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
log.Reload()
scalars = {tag: [[one.step, one.wall_time, one.value] for one in log.Scalars(tag)] for tag in log.Tags()["scalars"]}
data = HParamsPluginData.FromString(log.summary_metadata["_hparams_/session_start_info"].plugin_data.content)
settings = {k: getattr(v, v.WhichOneof("kind")) for k, v in data.session_start_info.hparams.items()}
print(json.dumps({"scalars": scalars, "settings": settings}))
`;
const hasTensorBoard = has('tensorboard');

it.skipIf(!hasTensorBoard)(
  `TensorBoard reads every scalar, its step and time, and the settings (needs ${python} with tensorboard)`,
  async () => {
    await trackers.tensorboard.write(history, join(root, 'logs'));
    const read = JSON.parse(
      execFileSync(python, ['-c', reader, join(root, 'logs', 'own')], { encoding: 'utf8' }),
    ) as { scalars: Record<string, [number, number, number][]>; settings: Record<string, unknown> };
    const written: Record<string, [number, number, number][]> = {};
    for (const { step, time, metrics } of history.points)
      for (const [tag, value] of Object.entries(metrics))
        (written[tag] ??= []).push([step, time, Math.fround(value)]);
    expect(read.scalars).toEqual(written);
    expect(read.settings).toMatchObject({ scheme: 'intervals', epochs: 2 });
  },
);

const writer = `
import sys
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.util.tensor_util import make_tensor_proto
scalars = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="scalars"))
out = EventFileWriter(sys.argv[1])
for step, loss in [(1, 0.5), (2, 0.25)]:
    plain = Summary.Value(tag="plain", simple_value=loss)
    tensor = Summary.Value(tag="tensor", tensor=make_tensor_proto(2 * loss, dtype="float32"), metadata=scalars)
    double = Summary.Value(tag="double", tensor=make_tensor_proto(3 * loss, dtype="float64"), metadata=scalars)
    out.add_event(Event(step=step, wall_time=1.0, summary=Summary(value=[plain, tensor, double])))
out.close()
`;

it.skipIf(!hasTensorBoard)(
  `logs of TensorBoard's own writer are read, plain and as tensors (needs ${python} with tensorboard)`,
  () => {
    const folder = join(root, 'foreign');
    execFileSync(python, ['-c', writer, folder]);
    const { scalars } = readEventFiles(readdirSync(folder).map((name) => join(folder, name)));
    expect(Object.fromEntries([...scalars].map(([tag, { value }]) => [tag, value]))).toEqual({
      plain: 0.25,
      tensor: 0.5,
      double: 0.75,
    });
  },
);
