/**
 * What an exported folder, which is meant to be handed out, says of the machine that it comes from: its kind and its
 * software, but none of its folders, nor its name or its user's.
 */
import { homedir } from 'node:os';
import { basename, join, resolve, sep } from 'node:path';
import { type PlainRecord, sharedFacts } from '../../runs/index.ts';
import type { RunDetail, RunList } from '../protocol/index.ts';
import { usualProgram } from '../../command-line.ts';
import { commandsFor } from './commands.ts';
import { realPath } from './inside.ts';

/** Of env.json: unknown entries may be anything. */
const ofTheKind = [...sharedFacts, 'bf16', 'memoryGb', 'started'];

/** In a text: a path from the root or from home, of two parts at least. */
const path = /(?<![^\s"'`(=[{<])(?:file:\/\/)?(?:~|\/[^\s/"'`,;:)\]}>]+)(?:\/[^\s/"'`,;:)\]}>]+)+\/?/g;
/** A text, such as a setting, that is a path as a whole: its parts may have spaces. */
const wholePath = /^(?:~|\/[^:\n]*)\/[^:\n]+$/;

export class HandOut {
  /** What the runs folder is called: its name alone. */
  readonly root: string;
  /** Places that are known, the longest first, and what stands for them. */
  readonly #places: readonly (readonly [place: string, name: string])[];

  constructor(root: string) {
    const absolute = resolve(root);
    this.root = basename(absolute) || sep;
    const places = new Map([[homedir(), '~']]);
    for (const place of [root, absolute, realPath(root)])
      if (place?.includes(sep)) places.set(place, this.root);
    this.#places = [...places].filter(([place]) => place.length > 1).sort(([a], [b]) => b.length - a.length);
  }

  list(list: RunList): RunList {
    return { ...this.of(list), root: this.root };
  }

  /** Its command lines are those for the folder of the runs, wherever that is. */
  detail(detail: RunDetail): RunDetail {
    return {
      ...this.of(detail),
      environment: detail.environment && this.of(environmentOf(detail.environment)),
      // Pages of a run folder stay where they are.
      files: { ...detail.files, report: false, analysis: false },
      commands: commandsFor(join(this.root, detail.row.id), undefined, usualProgram),
    };
  }

  /** The value with all places in its strings cut down: the runs folder to its name, others to what they end in. */
  of<T>(value: T): T {
    if (typeof value === 'string') return this.#text(value) as T;
    if (Array.isArray(value)) return value.map((item: unknown) => this.of(item)) as T;
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.of<unknown>(item)])) as T;
  }

  #text(text: string): string {
    const known = this.#places.reduce((left, [place, name]) => withoutPlace(left, place, name), text);
    const shorter = (found: string): string => `…/${basename(found)}`;
    return wholePath.test(known) ? shorter(known) : known.replace(path, shorter);
  }
}

/** @param place - found only where it is a whole path, or the beginning of one */
function withoutPlace(text: string, place: string, name: string): string {
  const escaped = place.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return text.replace(new RegExp(`(?<![\\w.~-])${escaped}(?![\\w-]|\\.\\w)`, 'g'), () => name);
}

const environmentOf = (environment: PlainRecord): PlainRecord =>
  Object.fromEntries(ofTheKind.flatMap((key) => (key in environment ? [[key, environment[key]]] : [])));
