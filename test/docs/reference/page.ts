/** Pages of the reference, which are written from the code. `npm run docs:reference` writes them. */
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { root } from '../../../docs/.vitepress/pages.ts';

export const pathOf = (name: string): string => join(root, 'docs', 'reference', name);

/** A word after `<` would be HTML. */
export const escaped = (text: string): string =>
  text.replace(/`[^`]*`|</g, (found) => (found === '<' ? '&lt;' : found));

const cell = (text: string): string => escaped(text).replaceAll('|', '\\|').replaceAll('\n', ' ');

export const code = (text: string): string => (text === '' ? '' : `\`${text}\``);

/** A table of Markdown, without the columns that are empty in all rows. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const used = header.map((_, column) => rows.some((row) => row[column] !== ''));
  const line = (cells: readonly string[]): string =>
    `| ${cells
      .filter((_, column) => used[column])
      .map(cell)
      .join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The text of a page, formatted as the repository's files are. */
export async function page(title: string, ...parts: readonly string[]): Promise<string> {
  const file = pathOf('page.md');
  const notice = '<!-- Written by `npm run docs:reference` from the code. -->';
  const text = [notice, `# ${title}`, ...parts].join('\n\n');
  return format(text, { ...(await resolveConfig(file)), filepath: file });
}
