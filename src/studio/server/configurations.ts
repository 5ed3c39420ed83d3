/** Configurations shared between runs: the settings without those that differ within a group. */
import { createHash } from 'node:crypto';
import type { PlainRecord } from '../../runs/index.ts';

/** Settings that may differ between runs of one configuration. */
const perRunSettings = ['seed', 'threads', 'device'];

export interface SharedConfiguration {
  readonly key: string;
  readonly settings: PlainRecord;
}

export function sharedConfiguration(config: PlainRecord): SharedConfiguration {
  const settings = Object.fromEntries(
    Object.entries(config).filter(([name]) => !perRunSettings.includes(name)),
  );
  const text = JSON.stringify(settings);
  const known = cache.get(text);
  if (known) return known;
  const sorted = JSON.stringify(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)));
  const shared = { key: createHash('sha1').update(sorted).digest('base64url').slice(0, 12), settings };
  if (cache.size >= maxConfigurations) cache.clear();
  cache.set(text, shared);
  return shared;
}

/** Cache by JSON text: a thousand runs of one configuration share one record. */
const cache = new Map<string, SharedConfiguration>();
const maxConfigurations = 10_000;
