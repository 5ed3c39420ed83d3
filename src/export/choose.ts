/** Chooses the format of an output. */
import { UsageError } from '../errors.ts';
import { checkOutputFile, isFolder } from '../io/index.ts';
import { formatDescriptions, type FormatName, formatNames } from './names.ts';

const endingsOf = (name: FormatName): readonly string[] => formatDescriptions[name].endings;
const allEndings = formatNames.flatMap(endingsOf);
/** Formats that are folders have no ending. */
const isOfFolders = (name: FormatName): boolean => endingsOf(name).length === 0;

/**
 * The format of an output: the wanted one, else that of the path.
 *
 * @throws UsageError if the path belongs to no format, or to another than the wanted one
 */
export function formatOf(output: string, wanted: FormatName | undefined): FormatName {
  const lower = output.toLowerCase();
  const endsLike = (name: FormatName): boolean => endingsOf(name).some((ending) => lower.endsWith(ending));
  const byEnding = formatNames.find(endsLike);
  const folder = output.endsWith('/') || isFolder(output) ? formatNames.find(isOfFolders) : undefined;
  const found = wanted ?? byEnding ?? folder;
  if (found === undefined)
    throw new UsageError(
      `--output ${output}: the ending is not that of a format; end the file name with ${allEndings.join(', ')}, or give --to`,
    );
  if (isOfFolders(found)) {
    if (byEnding !== undefined && !isFolder(output))
      throw new UsageError(`--output ${output}: --to ${found} writes a folder; give a name without ending`);
  } else if (!endsLike(found))
    throw new UsageError(
      `--output ${output}: end the file name with ${endingsOf(found).join(' or ')} for --to ${found}`,
    );
  return found;
}

/** Checks before the net is loaded. @throws FileError if a file could not be written */
export function checkOutput(output: string, format: FormatName): void {
  if (!isOfFolders(format)) checkOutputFile(output);
}
