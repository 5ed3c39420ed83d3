/** Files that a folder reader skips, counted and named: nothing is dropped silently. */
import { type FilePath, displayPath } from './file-path.ts';

/** Why a file or a link is skipped. */
type SkipReason = 'unreadable' | 'broken link' | 'repeated' | 'loop' | 'unlabelled';

const meanings: Readonly<Record<Exclude<SkipReason, 'unreadable'>, readonly [one: string, many: string]>> = {
  'broken link': ['link leads nowhere', 'links lead nowhere'],
  repeated: [
    'link or hard link repeats a file that is used elsewhere',
    'links or hard links repeat files that are used elsewhere',
  ],
  loop: ['link leads back to a folder that contains it', 'links lead back to a folder that contains them'],
  unlabelled: ['file is in no class folder', 'files are in no class folder'],
};

interface Count {
  readonly example: string;
  count: number;
}

/** The extension of a name, such as `.bmp`. */
export const fileExtension = (name: string): string =>
  /\.[^./\\]+$/.exec(name)?.[0].toLowerCase() ?? 'without extension';

export class Skipped {
  readonly #byEnding = new Map<string, Count>();
  readonly #byReason = new Map<Exclude<SkipReason, 'unreadable'>, Count>();

  add(reason: SkipReason, path: FilePath): void {
    const example = displayPath(path);
    const [counts, key]: [Map<string, Count>, string] =
      reason === 'unreadable' ? [this.#byEnding, fileExtension(example)] : [this.#byReason, reason];
    const known = counts.get(key);
    if (known) known.count++;
    else counts.set(key, { example, count: 1 });
  }

  merge(other: Skipped): void {
    for (const [mine, theirs] of [
      [this.#byEnding, other.#byEnding],
      [this.#byReason as Map<string, Count>, other.#byReason as Map<string, Count>],
    ] as const)
      for (const [key, { example, count }] of theirs) {
        const known = mine.get(key);
        if (known) known.count += count;
        else mine.set(key, { example, count });
      }
  }

  /** One line per reason, such as `3 files are not in a format that is read: 2 .bmp (a.bmp, ..), 1 .txt (b.txt)`. */
  lines(): string[] {
    const shown = ({ example, count }: Count): string => `${example}${count > 1 ? ', ..' : ''}`;
    const endings = [...this.#byEnding].sort((a, b) => b[1].count - a[1].count);
    const total = endings.reduce((sum, [, { count }]) => sum + count, 0);
    return [
      ...(total > 0
        ? [
            `${total} ${total > 1 ? 'files are' : 'file is'} not in a supported image format: ${endings
              .map(([ending, count]) => `${count.count} ${ending} (${shown(count)})`)
              .join(', ')}`,
          ]
        : []),
      ...[...this.#byReason].map(
        ([reason, count]) => `${count.count} ${meanings[reason][count.count > 1 ? 1 : 0]} (${shown(count)})`,
      ),
    ];
  }
}
