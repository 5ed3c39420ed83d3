/**
 * URLs of the page. Everything is in the fragment, `#/run/fast%2Fa/curves?smooth=100`, because a page opened from
 * disk has no other place for it.
 */

export interface PageAddress {
  /** Decoded segments; [] is the list of runs. */
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

/** Malformed escapes are kept as they are. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Leaves `/`, `:`, `,` and the like unescaped, which reads better in a fragment. */
function encode(text: string, alsoKept = ''): string {
  return encodeURIComponent(text)
    .replace(/%(3A|2C|40|24|3B)/gi, decodeURIComponent)
    .replace(/%2F/gi, alsoKept.includes('/') ? '/' : '%2F');
}

export function parseAddress(hash: string): PageAddress {
  const text = hash.replace(/^#?\/?/, '');
  const at = text.indexOf('?');
  const path = (at < 0 ? text : text.slice(0, at)).split('/').filter(Boolean).map(decode);
  const pairs =
    at < 0
      ? []
      : text
          .slice(at + 1)
          .split('&')
          .filter(Boolean);
  const query = Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf('=');
      return equals < 0
        ? [decode(pair), '']
        : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
    }),
  );
  return { path, query };
}

/** `#/run/fast%2Fa/curves?smooth=100` */
export function hrefTo(
  path: readonly string[],
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const pairs = Object.entries(query).flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [`${encode(key)}=${encode(value, '/')}`],
  );
  return `#/${path.map((segment) => encode(segment)).join('/')}${pairs.length ? `?${pairs.join('&')}` : ''}`;
}

export const runTabs = ['curves', 'depth', 'weights', 'predictions', 'settings'] as const;
export type RunTab = (typeof runTabs)[number];

export const runHref = (
  id: string,
  tab: RunTab = 'curves',
  query: Readonly<Record<string, string | undefined>> = {},
): string => hrefTo(['run', id, ...(tab === 'curves' ? [] : [tab])], query);

export const compareHref = (ids: readonly string[]): string => hrefTo(['compare'], { runs: writeList(ids) });

/** Joins names with commas. Names of run folders are slugs; a comma in a name made by hand is escaped. */
export const writeList = (items: readonly string[]): string =>
  items.map((item) => item.replaceAll('%', '%25').replaceAll(',', '%2C')).join(',');

export const readList = (text: string | undefined): string[] =>
  text ? text.split(',').filter(Boolean).map(decode) : [];

/** A number from the query, or undefined. */
export function numberOf(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
