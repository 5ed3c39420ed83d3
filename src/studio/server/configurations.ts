/** Configurations that runs share: settings without what differs between members of a group. */
import { createHash } from 'node:crypto';
import type { PlainRecord } from '../../runs/index.ts';

/** By seed and machine runs of one configuration may differ. */
const ofTheRun = new Set(['seed', 'threads', 'device']);

export interface SharedConfiguration {
  readonly key: string;
  readonly settings: PlainRecord;
}

export function sharedConfiguration(config: PlainRecord): SharedConfiguration {
  const settings = Object.fromEntries(Object.entries(config).filter(([name]) => !ofTheRun.has(name)));
  const sorted = JSON.stringify(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { key: createHash('sha1').update(sorted).digest('base64url').slice(0, 12), settings };
}
