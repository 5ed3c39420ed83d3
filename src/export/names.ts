/** The export formats. Quick commands import this file: it has no code of the formats. */
import { UsageError } from '../errors.ts';

interface Description {
  /** For --help. */
  readonly help: string;
  /** Endings of the file; none: a folder. */
  readonly endings: readonly string[];
}

export const formatDescriptions = {
  safetensors: { help: 'weights with PyTorch parameter names', endings: ['.safetensors'] },
  onnx: { help: 'the whole net, for onnxruntime and others', endings: ['.onnx'] },
} as const satisfies Readonly<Record<string, Description>>;

export type FormatName = keyof typeof formatDescriptions;
export const formatNames = Object.keys(formatDescriptions) as readonly FormatName[];

const endingsOf = (name: FormatName): readonly string[] => formatDescriptions[name].endings;
const allEndings = formatNames.flatMap(endingsOf);

/**
 * The format of an output: the wanted one, else that of the file's ending.
 *
 * @throws UsageError if the ending belongs to no format, or to another one than the wanted
 */
export function formatOf(output: string, wanted: FormatName | undefined): FormatName {
  const lower = output.toLowerCase();
  const fits = (name: FormatName): boolean => endingsOf(name).some((ending) => lower.endsWith(ending));
  const found = wanted ?? formatNames.find(fits);
  if (found === undefined)
    throw new UsageError(
      `--output ${output}: the ending is not that of a format; end the file name with ${allEndings.join(', ')}, or give --to`,
    );
  if (!fits(found))
    throw new UsageError(
      `--output ${output}: end the file name with ${endingsOf(found).join(' or ')} for --to ${found}`,
    );
  return found;
}
