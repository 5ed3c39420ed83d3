/**
 * Redacts exported data for sharing: keeps the machine's hardware and software, removes folders, host name and user
 * name.
 */
import { homedir } from 'node:os';
import { basename, join, resolve, sep } from 'node:path';
import { type PlainRecord, publishedKeys } from '../../runs/index.ts';
import type { RunDetail, RunList } from '../protocol/index.ts';
import { defaultProgram } from '../../command-line.ts';
import { commandsFor } from './commands.ts';
import { realPath } from './path-guard.ts';

/** Kept entries of env.json; unknown entries may hold anything. */
const keptEntries = [...publishedKeys, 'bf16', 'memoryGb', 'started'];

/** A path within a text: starts at the root or home and has at least two parts. */
const path = /(?<![^\s"'`(=[{<])(?:file:\/\/)?(?:~|\/[^\s/"'`,;:)\]}>]+)(?:\/[^\s/"'`,;:)\]}>]+)+\/?/g;
/** A text that is one path, such as a setting; its parts may contain spaces. */
const wholePath = /^(?:~|\/[^:\n]*)\/[^:\n]+$/;

export class Redactor {
  /** Base name of the runs folder. */
  readonly root: string;
  /** Known folders, longest first, with their replacements. */
  readonly #knownFolders: readonly (readonly [place: string, name: string])[];

  constructor(root: string) {
    const absolute = resolve(root);
    this.root = basename(absolute) || sep;
    const places = new Map([[homedir(), '~']]);
    for (const place of [root, absolute, realPath(root)])
      if (place?.includes(sep)) places.set(place, this.root);
    this.#knownFolders = [...places]
      .filter(([place]) => place.length > 1)
      .sort(([a], [b]) => b.length - a.length);
  }

  list(list: RunList): RunList {
    return { ...this.redact(list), root: this.root };
  }

  /** The command lines assume the parent of the runs folder as the working folder, wherever that is. */
  detail(detail: RunDetail): RunDetail {
    return {
      ...this.redact(detail),
      environment: detail.environment && this.redact(environmentOf(detail.environment)),
      // The HTML pages of a run folder are not exported.
      files: { ...detail.files, report: false, analysis: false },
      commands: commandsFor(join(this.root, detail.row.id), undefined, defaultProgram),
    };
  }

  /** Redacts all strings of a value: the runs folder becomes its name, other paths their last part. */
  redact<T>(value: T): T {
    if (typeof value === 'string') return this.#text(value) as T;
    if (Array.isArray(value)) return value.map((item: unknown) => this.redact(item)) as T;
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, this.redact<unknown>(item)]),
    ) as T;
  }

  #text(text: string): string {
    const known = this.#knownFolders.reduce((left, [place, name]) => replaceFolder(left, place, name), text);
    const shorter = (found: string): string => `…/${basename(found)}`;
    return wholePath.test(known) ? shorter(known) : known.replace(path, shorter);
  }
}

/** @param place - replaced only as a whole path or as the beginning of one */
function replaceFolder(text: string, place: string, name: string): string {
  const escaped = place.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return text.replace(new RegExp(`(?<![\\w.~-])${escaped}(?![\\w-]|\\.\\w)`, 'g'), () => name);
}

const environmentOf = (environment: PlainRecord): PlainRecord =>
  Object.fromEntries(keptEntries.flatMap((key) => (key in environment ? [[key, environment[key]]] : [])));
