/** Reads TensorBoard event files, of any writer: hyperparameters, and the last value of each scalar. */
import { readFileSync } from 'node:fs';
import { FileError } from '../../errors.ts';
import { type Fields, fieldsOf, messagesOf, textsOf } from '../../io/index.ts';
import { readTfRecords } from './records.ts';

export interface EventLog {
  readonly settings: ReadonlyMap<string, unknown>;
  /** By tag. */
  readonly scalars: ReadonlyMap<string, { readonly step: number; readonly value: number }>;
}

/**
 * The files of one run together. A record that is cut off at the end of a file is left out: its writer may be at work.
 *
 * @throws FileError for a damaged file
 */
export function readEventFiles(files: readonly string[]): EventLog {
  const settings = new Map<string, unknown>();
  const scalars = new Map<string, { step: number; value: number }>();
  for (const file of files) {
    try {
      for (const record of readTfRecords(readFileSync(file))) {
        const event = fieldsOf(record);
        const step = numberIn(event, 2) ?? 0;
        for (const value of messagesOf(event, 5).flatMap((summary) => messagesOf(summary, 1))) {
          const [tag = ''] = textsOf(value, 1);
          const scalar = scalarOf(value);
          const before = scalars.get(tag);
          if (scalar !== undefined && !(before && before.step > step))
            scalars.set(tag, { step, value: scalar });
          for (const [name, setting] of settingsOf(value)) settings.set(name, setting);
        }
      }
    } catch (error) {
      if (error instanceof RangeError) throw new FileError(`${file} is damaged: ${error.message}`);
      throw error;
    }
  }
  return { settings, scalars };
}

const numberIn = (fields: Fields, field: number): number | undefined => {
  const [value] = fields.get(field) ?? [];
  return typeof value === 'number' ? value : undefined;
};

const bytesIn = (fields: Fields, field: number): Buffer | undefined => {
  const [value] = fields.get(field) ?? [];
  return value instanceof Uint8Array ? Buffer.from(value) : undefined;
};

/** A scalar of TensorFlow 1 and PyTorch is a plain float; one of TensorFlow 2 a tensor of the plugin `scalars`. */
function scalarOf(value: Fields): number | undefined {
  const simple = bytesIn(value, 2);
  if (simple) return simple.readFloatLE();
  const [tensor] = messagesOf(value, 8);
  if (!tensor || pluginOf(value).name !== 'scalars') return undefined;
  const isDouble = numberIn(tensor, 1) === 2;
  const bytes = bytesIn(tensor, 4) ?? bytesIn(tensor, isDouble ? 6 : 5);
  return isDouble ? bytes?.readDoubleLE() : bytes?.readFloatLE();
}

function pluginOf(value: Fields): {
  readonly name: string | undefined;
  readonly content: Fields | undefined;
} {
  const [plugin] = messagesOf(value, 9).flatMap((metadata) => messagesOf(metadata, 1));
  const [name] = plugin ? textsOf(plugin, 1) : [];
  return { name, content: name === 'hparams' ? messagesOf(plugin!, 2)[0] : undefined };
}

/** The hyperparameters of a session: a map of names to values of struct.proto. */
function settingsOf(value: Fields): [string, unknown][] {
  const { content } = pluginOf(value);
  if (!content) return [];
  return messagesOf(content, 3).flatMap((start) =>
    messagesOf(start, 1).map((entry): [string, unknown] => {
      const [name = ''] = textsOf(entry, 1);
      const [setting] = messagesOf(entry, 2);
      return [name, setting && plainValue(setting)];
    }),
  );
}

function plainValue(setting: Fields): unknown {
  const number = bytesIn(setting, 2);
  if (number) return number.readDoubleLE();
  const [text] = textsOf(setting, 3);
  if (text !== undefined) return text;
  const bool = numberIn(setting, 4);
  return bool === undefined ? null : bool !== 0;
}
