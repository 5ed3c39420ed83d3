import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { readRun } from '../runs/index.ts';
import { type FakeRun, writeFakeRun } from '../runs/fake-run.ts';
import { darkRules, grid, ink, muted, paper, rule, textWidth } from '../draw/index.ts';
import { renderPng, writeReport } from './index.ts';
import { temporaryFolder } from '../test-folder.ts';

const root = temporaryFolder();

const small: FakeRun = { epochs: 4, stepsPerEpoch: 40 };
const now = Date.UTC(2026, 7, 24);

async function report(
  runs: readonly string[],
  name: string,
): Promise<{ page: string; figures: string; problems: readonly string[] }> {
  const figures = join(root, `${name}-figures`);
  const file = join(root, `${name}.html`);
  const { problems } = await writeReport(runs, { html: file, figures }, { now });
  return { page: readFileSync(file, 'utf8'), figures, problems };
}

/** Runs by their special property; several are drawn side by side. */
const kinds: Record<string, FakeRun | readonly FakeRun[]> = {
  'mean-field': small,
  vanilla: { ...small, scheme: 'vanilla' },
  intervals: { ...small, scheme: 'intervals' },
  'learned-step': { ...small, scheme: 'learned-step' },
  deep: { ...small, model: 'resnet110', blocks: [18, 17, 17] },
  'many classes': { ...small, classes: Array.from({ length: 100 }, (_, i) => `class ${i}`) },
  'one block, empty stages': { ...small, blocks: [1, 0, 0] },
  unfinished: { ...small, stopAt: 50 },
  'one step': { ...small, stopAt: 1 },
  'no step': { ...small, stopAt: 0 },
  'four schemes': (['vanilla', 'mean-field', 'intervals', 'learned-step'] as const).map((scheme) => ({
    ...small,
    scheme,
  })),
  'two schemes, three seeds': [1, 2, 3].flatMap((seed) => [
    { ...small, seed },
    { ...small, seed, scheme: 'vanilla' as const },
  ]),
  'long names, one run without a step': [
    { ...small, model: 'a-model-with-a-name-that-is-far-longer-than-any-figure-is-wide-and-goes-on' },
    { ...small, model: 'another-model', dataset: 'another-data-set' },
    { ...small, model: 'third', stopAt: 0 },
  ],
};

interface Box {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The bounding boxes of the horizontal texts of an SVG. */
function textBoxes(svg: string): Box[] {
  return [...svg.matchAll(/<text ([^>]*)>([^<]*)</g)].flatMap(([, attributes = '', text = '']): Box[] => {
    // Rotated labels, and outlines behind text.
    if (/rotate|fill="none"/.test(attributes)) return [];
    const number = (name: string): number =>
      Number(new RegExp(`\\b${name}="([-\\d.]+)"`).exec(attributes)?.[1]);
    const [x, y, size] = [number('x'), number('y'), number('font-size')];
    // The estimate is generous by about 10 %.
    const width = 0.9 * textWidth(text, size);
    const shift = attributes.includes('"end"') ? width : attributes.includes('"middle"') ? width / 2 : 0;
    return [{ text, left: x - shift, right: x - shift + width, top: y - 0.7 * size, bottom: y }];
  });
}

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right &&
  b.left < a.right &&
  a.top < b.bottom &&
  b.top < a.bottom &&
  !(a.text === b.text && a.left === b.left && a.top === b.top);

it.each(Object.keys(kinds))(
  '%s, no labels overlap or leave the figure; a dark page knows all colours',
  async (kind) => {
    const fakes = [kinds[kind] ?? []].flat();
    const dirs = fakes.map((fake) => writeFakeRun(join(root, 'kinds'), { ...fake, name: kind }));
    const { figures, page } = await report(dirs, kind);
    const svgs = readdirSync(figures).filter((name) => name.endsWith('.svg'));
    expect(svgs.length).toBeGreaterThanOrEqual(3);
    for (const name of svgs) {
      const svg = readFileSync(join(figures, name), 'utf8');
      const boxes = textBoxes(svg);
      expect(boxes.length, name).toBeGreaterThan(0);
      const touching = boxes.flatMap((a, i) =>
        boxes
          .slice(i + 1)
          .filter((b) => overlap(a, b))
          .map((b) => `${name}: ${a.text} / ${b.text}`),
      );
      expect(touching).toEqual([]);
      const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
      const outside = boxes.filter(
        (box) =>
          box.left < -1 || box.right > Number(width) + 1 || box.top < -1 || box.bottom > Number(height) + 1,
      );
      expect(outside, name).toEqual([]);
      const colours = new Set(
        [...svg.matchAll(/(?:fill|stroke)="(#[0-9a-f]+|[a-z]+\([^"]*)"/g)].map(([, colour]) => colour ?? ''),
      );
      const rules = darkRules('', [svg]);
      expect(
        [...colours].filter((colour) => !rules.includes(`"${colour}"`)),
        name,
      ).toEqual([]);
      expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    }
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  },
);

it('the same runs give the same bytes, whatever was drawn before', async () => {
  const dirs = [
    writeFakeRun(join(root, 'bytes'), small),
    writeFakeRun(join(root, 'bytes'), { ...small, scheme: 'intervals' }),
  ];
  const first = await report(dirs, 'first');
  await report([dirs[1] ?? ''], 'between');
  const second = await report(dirs, 'second');
  expect(second.page).toBe(first.page);
  const files = readdirSync(first.figures);
  expect(readdirSync(second.figures)).toEqual(files);
  for (const name of files)
    expect(
      readFileSync(join(second.figures, name)).equals(readFileSync(join(first.figures, name))),
      name,
    ).toBe(true);
});

it('the page makes no network request and runs no script', async () => {
  const dir = writeFakeRun(join(root, 'quiet'), small);
  const { page } = await report([dir], 'quiet');
  expect(page.replaceAll(/xmlns(:xlink)?="http:\/\/www\.w3\.org\/[^"]*"/g, '')).not.toMatch(
    /https?:|\/\/[a-z]|@import|<link|<script|\ssrc=|\shref=/,
  );
  expect([...page.matchAll(/url\(([^)]*)\)/g)].every(([, target]) => target?.startsWith('#'))).toBe(true);
  expect(page).toContain(`default-src 'none'`);
});

it('every drawing has a text alternative, and every id is unique', async () => {
  const dirs = [1, 2].map((seed) => writeFakeRun(join(root, 'ids'), { ...small, seed }));
  const { page } = await report(dirs, 'ids');
  const svgs = page.match(/<svg /g) ?? [];
  expect(svgs.length).toBeGreaterThan(15);
  expect(page.match(/<svg [^>]*role="img" aria-label="[^"]{20,}"/g)).toHaveLength(svgs.length);
  const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const [, target] of page.matchAll(/url\(#([^)]*)\)/g)) expect(ids).toContain(target);
  expect(page.match(/<figcaption>[^<]{40,}<\/figcaption>/g)).toHaveLength(
    page.match(/<figure /g)?.length ?? 0,
  );
});

it('names, settings and classes are text and never markup, in page, figures and file names', async () => {
  const evil = `"><script>alert('x')</script>`;
  const dir = writeFakeRun(join(root, 'evil'), {
    ...small,
    name: 'evil <b>&',
    model: evil,
    dataset: evil,
    classes: [evil, `'+alert(1)+'`, '\\', '${x}', '__proto__'],
    config: { [evil]: { [evil]: [evil] } },
  });
  const stage = '../../<i>"';
  const record = {
    step: 161,
    epoch: 3,
    loss: 1,
    error: 1,
    lr: 1,
    imagesPerSecond: 1,
    seconds: 1,
    stages: { [stage]: { tau: [1, 2] } },
  };
  appendFileSync(join(dir, 'metrics.jsonl'), `${JSON.stringify(record)}\n`);
  const { page, figures } = await report([dir, dir], 'evil');
  expect(page).not.toMatch(/<script|<b>|<i>/);
  expect(page).toContain('&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;');
  const names = readdirSync(figures);
  expect(names.every((name) => /^[\w.-]+$/.test(name))).toBe(true);
  for (const name of names.filter((file) => file.endsWith('.svg')))
    expect(readFileSync(join(figures, name), 'utf8')).not.toMatch(/<script|<b>|<i>/);
});

it('settings that differ between several runs come first and are marked, and no others', async () => {
  const dirs = [
    writeFakeRun(join(root, 'differ'), { ...small, seed: 1, config: { lr: 0.1 } }),
    writeFakeRun(join(root, 'differ'), { ...small, seed: 2, config: { lr: 0.2 } }),
  ];
  const { page } = await report(dirs, 'differ');
  const marked = [...page.matchAll(/<tr class="differs">\s*<th scope="row">([^<]*)/g)].map(([, key]) => key);
  expect(marked).toEqual(['lr', 'seed']);
  const settings = page.slice(page.indexOf('class="settings"'));
  expect(settings.indexOf('>seed<')).toBeLessThan(settings.indexOf('>dataset<'));
});

it('an unfinished run says so and how to resume; a finished one does not', async () => {
  const dir = writeFakeRun(join(root, 'words'), { ...small, name: "it's", stopAt: 50 });
  const { page } = await report([dir], 'words');
  expect(page).toContain('This run crashed after 1 of 4 epochs');
  expect(page).toContain(`meanfield train --resume &#39;${join(root, 'words')}/it&#39;\\&#39;&#39;s&#39;`);
  expect(page).toContain('meanfield train --model resnet20 --scheme mean-field --seed 1 --epochs 4');
  const done = await report([writeFakeRun(join(root, 'words'), small)], 'done');
  expect(done.page).not.toMatch(/crashed|--resume/);
});

it('a damaged run is reported with its readable and its unreadable parts', async () => {
  const dir = writeFakeRun(join(root, 'damaged'), small);
  writeFileSync(join(dir, 'result.json'), '{');
  writeFileSync(join(dir, 'config.yaml'), ': : :');
  appendFileSync(join(dir, 'metrics.jsonl'), '{"step"');
  const { page, problems } = await report([dir], 'damaged');
  expect(problems).toHaveLength(3);
  expect(page).toContain('Some files could not be read');
  expect(page).toContain('metrics.jsonl: the last line is truncated');
  const empty = join(root, 'damaged', 'empty');
  mkdirSync(empty);
  expect((await report([empty], 'empty')).page).toContain('metrics.jsonl is missing');
});

it('the numbers of a figure are beside it, as CSV and as a Vega-Lite specification', async () => {
  const dir = writeFakeRun(join(root, 'again'), small);
  const { figures } = await report([dir], 'again');
  const read = (name: string): string => readFileSync(join(figures, name), 'utf8');
  const data = await readRun(dir).data();
  for (const name of readdirSync(figures).filter((file) => file.endsWith('.svg'))) {
    const base = name.slice(0, -'.svg'.length);
    const [header = '', ...rows] = read(`${base}.csv`).trimEnd().split('\n');
    const spec = JSON.parse(read(`${base}.vl.json`)) as {
      $schema: string;
      data: { values: Record<string, unknown>[] };
      encoding: Record<string, { field: string }>;
    };
    expect(spec.$schema).toContain('vega-lite');
    expect(spec.data.values, base).toHaveLength(rows.length);
    expect(rows.length, base).toBeGreaterThan(0);
    for (const { field } of Object.values(spec.encoding)) {
      expect(header.split(','), base).toContain(field);
      expect(Object.keys(spec.data.values[0] ?? {}), base).toContain(field);
    }
  }
  const rates = read('learning-rate.csv').trimEnd().split('\n').slice(1);
  expect(rates.map((row) => Number(row.split(',').at(2)))).toEqual(data.steps.map(({ lr }) => lr));
});

it('a PNG has the size of the figure times the scale', () => {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30" viewBox="0 0 40 30"><rect width="40" height="30" fill="${paper.light}"/></svg>`;
  const png = Buffer.from(renderPng(svg, 3));
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([120, 90]);
});

it('a report without runs is refused', async () => {
  await expect(writeReport([], { html: join(root, 'none.html') })).rejects.toThrow(UsageError);
});

it('light and dark text contrast with their background', () => {
  const luminance = (hex: string): number => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
      return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a: string, b: string): number => {
    const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  for (const side of ['light', 'dark'] as const) {
    for (const text of [ink, muted]) expect(contrast(text[side], paper[side])).toBeGreaterThan(5);
    expect(contrast(rule[side], paper[side])).toBeGreaterThan(contrast(grid[side], paper[side]));
  }
});
