/** Configurations shared between runs: the settings without those that differ within a group. */
import { createHash } from 'node:crypto';
import type { PlainRecord } from '../../runs/index.ts';

/** Settings that may differ between runs of one configuration. */
const ofTheRun = ['seed', 'threads', 'device'];

export interface SharedConfiguration {
  readonly key: string;
  readonly settings: PlainRecord;
}

export function sharedConfiguration(config: PlainRecord): SharedConfiguration {
  const settings = Object.fromEntries(Object.entries(config).filter(([name]) => !ofTheRun.includes(name)));
  const text = JSON.stringify(settings);
  const known = made.get(text);
  if (known) return known;
  const sorted = JSON.stringify(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)));
  const shared = { key: createHash('sha1').update(sorted).digest('base64url').slice(0, 12), settings };
  if (made.size >= maxConfigurations) made.clear();
  made.set(text, shared);
  return shared;
}

/** Cache by JSON text: a thousand runs of one configuration share one record. */
const made = new Map<string, SharedConfiguration>();
const maxConfigurations = 10_000;
