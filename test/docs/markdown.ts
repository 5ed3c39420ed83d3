/** The parts of a Markdown file that tests look at. */

export interface Block {
  readonly language: string;
  readonly code: string;
  /** Of the first line of code, from 1. */
  readonly line: number;
}

/** Fenced blocks of code. */
export function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^( *)```(\w*)[^\n]*\n(.*?)^\1```$/gms)].map(
    ([, margin = '', language = '', code = ''], i, all) => ({
      language,
      code: code.replace(new RegExp(`^${margin}`, 'gm'), ''),
      line: text.slice(0, all[i]!.index).split('\n').length + 1,
    }),
  );
}

/** The text without code, line by line. */
export const prose = (text: string): string =>
  text
    .replace(/^( *)```.*?^\1```$/gms, (block) => '\n'.repeat(block.split('\n').length - 1))
    .replace(/`[^`\n]*`/g, '');

export interface Link {
  readonly path: string;
  readonly anchor: string | undefined;
  readonly line: number;
}

/** Links and images that lead to files, in Markdown or HTML. */
export function linksOf(text: string): Link[] {
  return prose(text)
    .split('\n')
    .flatMap((line, i) =>
      [...line.matchAll(/\]\(<?([^)>\s]+)[^)]*\)|\s(?:src|href)="([^"]+)"|^\[[^\]]+\]: (\S+)/g)].map(
        ([, link, source, reference]) => ({ target: link ?? source ?? reference ?? '', line: i + 1 }),
      ),
    )
    .filter(({ target }) => !/^([a-z]+:|\/\/)/i.test(target))
    .map(({ target, line }) => {
      const [path = '', anchor] = target.split('#');
      return { path: decodeURI(path), anchor, line };
    });
}

/** The headings of a page as plain text. */
export const headingsOf = (text: string): string[] =>
  [...text.replace(/^( *)```.*?^\1```$/gms, '').matchAll(/^#{1,6} (.+?)(?: #+)?$/gm)].map(
    ([, heading = '']) => heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, ''),
  );
