/**
 * Every block of code in README.md and docs/: commands are parsed by the real command line, and run if they are fast;
 * TypeScript is compiled against the package and run; Python and R are parsed. Blocks of extending.md have a test of
 * their own (test/extending.test.ts), and so have those of the reference (reference.test.ts).
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { repositoryPages, root } from '../../docs/.vitepress/pages.ts';
import { temporaryFolder } from '../../src/test-folder.ts';
import { bin, environment } from '../command/command.ts';
import { python } from '../peers/pytorch.ts';
import { complaintsAbout } from '../run-source.ts';
import { linesOf, meanfieldWords, notRun, reasonNotToRun } from './command-lines.ts';
import { type Block, blocksOf, prose } from './markdown.ts';
import { parseWords } from './reference/program.ts';

interface PageBlock extends Block {
  /** `docs/weights.md:12` */
  readonly place: string;
  readonly page: string;
}
const texts = new Map(
  repositoryPages()
    .filter((page) => !/^docs\/(design\/extending\.md|reference\/)/.test(page))
    .map((page) => [page, readFileSync(join(root, page), 'utf8')]),
);
const blocks = [...texts].flatMap(([page, text]) =>
  blocksOf(text).map((block): PageBlock => ({ ...block, page, place: `${page}:${block.line}` })),
);
const inLanguage = (...languages: string[]): PageBlock[] =>
  blocks.filter(({ language }) => languages.includes(language));

it('every block has a language that is tested, or none', () => {
  const known = ['', 'sh', 'bash', 'ts', 'js', 'python', 'r', 'yaml', 'json', 'text'];
  expect(blocks.filter(({ language }) => !known.includes(language)).map(({ place }) => place)).toEqual([]);
  expect(inLanguage('sh', 'bash').length).toBeGreaterThan(20);
  expect(inLanguage('ts').length).toBeGreaterThan(5);
});

const folder = temporaryFolder();
const home = process.cwd();

interface Line {
  readonly place: string;
  readonly words: readonly string[];
}
const lines = inLanguage('sh', 'bash').flatMap(({ place, code }) =>
  linesOf(code).flatMap((line): Line[] => {
    const words = meanfieldWords(line);
    return words === undefined ? [] : [{ place, words }];
  }),
);
/** Each command once. */
const commands = [...new Map(lines.map((line) => [line.words.join(' '), line] as const))];

describe('commands', () => {
  it('in blocks are accepted by the command line', async () => {
    expect(lines.length).toBeGreaterThan(40);
    for (const { place, words } of lines)
      await expect(parseWords(words), `${place}: ${words.join(' ')}`).resolves.toBeUndefined();
  });

  it('in the text are accepted by the command line', async () => {
    const inText = [...texts].flatMap(([page, text]) =>
      [...text.replace(/^( *)```.*?^\1```$/gms, '').matchAll(/`(npx meanfield [^`]+)`/g)].map(
        ([, line = '']) => [page, meanfieldWords(line.replace(/\s+/g, ' ')) ?? []] as const,
      ),
    );
    expect(inText.length).toBeGreaterThan(3);
    for (const [page, words] of inText) {
      const isWhole = !words.some((word) => /^[A-Z]+$|\.\.$|\[/.test(word) || word === 'COMMAND');
      if (isWhole) await expect(parseWords(words), `${page}: ${words.join(' ')}`).resolves.toBeUndefined();
    }
    expect(prose('`code` text')).toBe(' text');
  });

  it('scripts of npm exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = inLanguage('sh', 'bash').flatMap(({ code }) =>
      [...code.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name),
    );
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  it('that nobody can run are recognized: unknown flags, wrong values', async () => {
    await expect(parseWords(meanfieldWords('npx meanfield train --epochz 3')!)).rejects.toThrow(/unknown/);
    await expect(parseWords(meanfieldWords('meanfield export RUN --to onxx --output x')!)).rejects.toThrow(
      /invalid/,
    );
    expect(meanfieldWords('meanfield lab --csv "my points.csv" # own')).toEqual([
      'lab',
      '--csv',
      'my points.csv',
    ]);
    expect(meanfieldWords('npm test')).toBeUndefined();
  });

  it('that are not run have a reason that is still needed', () => {
    for (const [pattern, reason] of notRun)
      expect(
        commands.some(([text]) => pattern.test(text)),
        reason,
      ).toBe(true);
  });
});

/** The command line itself, in this process. */
interface Main {
  readonly runCommand: (argv: readonly string[]) => Promise<number>;
}
const { runCommand } = (await import(/* @vite-ignore */ join(root, 'dist/cli/main.js'))) as Main;

async function meanfield(words: readonly string[]): Promise<{ code: number; said: string }> {
  const said: string[] = [];
  const keep = (chunk: string | Uint8Array): boolean => {
    said.push(chunk.toString());
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(keep);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep);
  try {
    return { code: await runCommand(['node', bin, ...words]), said: said.join('') };
  } finally {
    vi.restoreAllMocks();
    process.exitCode = undefined;
  }
}

/** Images of two classes, in the layout of docs/first-steps.md. */
async function makePhotos(): Promise<void> {
  const picture = (red: number): ReturnType<typeof sharp> =>
    sharp({ create: { width: 32, height: 32, channels: 3, background: { r: red, g: 80, b: 120 } } });
  for (const part of ['train', 'test'])
    for (const [i, name] of ['cat', 'dog'].entries()) {
      const where = join(folder, 'photos', part, name);
      mkdirSync(where, { recursive: true });
      for (let n = 0; n < 64; n++)
        await picture(40 + 150 * i + (n % 50))
          .png()
          .toFile(join(where, `${n}.png`));
    }
  await picture(60).jpeg().toFile(join(folder, 'new-photo.jpg'));
}

/** Points of two classes, as a tutorial writes them. */
function makePoints(): void {
  const rows = Array.from({ length: 60 }, (_, i) => `${Math.cos(i)},${Math.sin(i) + (i % 2)},${i % 2}`);
  writeFileSync(join(folder, 'moons.csv'), ['x1,x2,class', ...rows].join('\n'));
}

/** As a shell does: `runs/*`, `~/x`. */
const expanded = (word: string): string[] =>
  word.endsWith('/*')
    ? readdirSync(join(folder, word.slice(0, -2))).map((name) => join(word.slice(0, -2), name))
    : [word.replace(/^~\//, `${folder}/`)];

describe('commands run', () => {
  beforeAll(async () => {
    Object.assign(process.env, environment, { HOME: folder });
    process.chdir(folder);
    await makePhotos();
    makePoints();
    const net = ['--model', 'resnet8', '--width', '4', '--epochs', '1', '--no-report', '-q', '--name', 'RUN'];
    const { code, said } = await meanfield([
      ...['train', '--dataset', 'image-folder', '--data-dir', 'photos', '--image-size', '32', ...net],
    ]);
    expect(code, said).toBe(0);
    symlinkSync('runs/RUN', join(folder, 'RUN'));
    for (const name of ['mine', 'first', 'NAME'])
      cpSync(join(folder, 'runs/RUN'), join(folder, 'runs', name), { recursive: true });
    cpSync(join(folder, 'runs'), join(folder, 'photo-runs'), { recursive: true });
  });
  afterAll(() => {
    process.chdir(home);
  });

  it.each(commands.filter(([, { words }]) => reasonNotToRun(words) === undefined))(
    '%s',
    async (_, { words }) => {
      const { code, said } = await meanfield(words.flatMap(expanded));
      expect(code, said).toBe(0);
    },
  );

  /** Data sets that this machine has. */
  const here = (words: readonly string[]): boolean =>
    !words.some((word) => /cifar|\.th$|--resume/.test(word));

  it.each(commands.filter(([, { words }]) => words[0] === 'train' && here(words)))(
    '%s --dry-run',
    async (_, { words }) => {
      const { code, said } = await meanfield([...words.flatMap(expanded), '--dry-run']);
      expect(code, said).toBe(0);
    },
  );
});

/** Blocks of a page that belong together: one that begins with an import begins a program. */
const programs: { readonly place: string; readonly code: string }[] = [];
for (const { place, page, code, language } of inLanguage('ts', 'js')) {
  const last = programs.at(-1);
  if (last !== undefined && !/^import /m.test(code) && last.place.startsWith(`${page}:`))
    programs[programs.length - 1] = { ...last, code: last.code + code };
  // A fragment of JavaScript is only parsed.
  else if (language === 'ts' || /^import /m.test(code)) programs.push({ place, code });
}

/** What the programs of a page print. */
const printed: readonly (readonly [page: string, pattern: RegExp])[] = [
  ['README.md', /layer3[\s\S]*Tensor\(f64\[4, 8, 7\] on cpu\)[\s\S]*loss: 0.30000000000000004, done: false/],
  [
    'docs/tutorials/first-flow.md',
    /E\(rho\) 0\.3459\d*[\s\S]*E after 200 steps 0\.0415\d*[\s\S]*truth Tensor/,
  ],
  [
    'docs/tutorials/own-flow.md',
    /G of three blocks \[ [\s\S]*E 1\.25\d* to 0\.329\d* accuracy 0\.88[\s\S]*E 1\.5\d* to 0\.3/,
  ],
  ['docs/tutorials/write-a-claim.md', /holds[\s\S]*false/],
];

describe('TypeScript', () => {
  const typed = programs.filter(({ place }) => !inLanguage('js').some((block) => block.place === place));

  it('compiles under strict options', () => {
    expect(typed.length).toBeGreaterThan(6);
    const complaints = complaintsAbout(
      typed.map(({ code }) => code),
      { noUnusedLocals: false },
    );
    expect(
      complaints.map((one) => one.replace(/^.*\/(\d+)\.ts/, (_, i: string) => typed[Number(i)]!.place)),
    ).toEqual([]);
  });

  it('runs, and prints what the pages say', () => {
    const where = mkdtempSync(join(root, 'build', 'docs-'));
    try {
      cpSync(join(folder, 'runs'), join(where, 'runs'), { recursive: true });
      programs.forEach(({ code }, i) => {
        const { outputText } = ts.transpileModule(code, {
          compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
        });
        writeFileSync(join(where, `${i}.mjs`), outputText);
      });
      const order = programs.map((_, i) => `console.log('program ${i}'); await import('./${i}.mjs');`);
      writeFileSync(join(where, 'all.mjs'), order.join('\n'));
      const all = execFileSync(process.execPath, ['all.mjs'], {
        cwd: where,
        encoding: 'utf8',
        env: environment,
      });
      const outputs = all.split(/^program \d+\n/m).slice(1);
      expect(outputs).toHaveLength(programs.length);
      const said = (page: string): string =>
        programs.flatMap(({ place }, i) => (place.startsWith(`${page}:`) ? [outputs[i]] : [])).join('');
      for (const [page, pattern] of printed) expect(said(page), page).toMatch(pattern);
      const [, before, during, after] = /^(\d+) (\d+) (\d+)$/m.exec(outputs[1] ?? '') ?? [];
      expect([during, after].map((count) => Number(count) - Number(before))).toEqual([1, 0]);
    } finally {
      rmSync(where, { recursive: true, force: true });
    }
  });
});

describe('other languages', () => {
  it('Python is valid', () => {
    const code = inLanguage('python').map(({ code }) => code);
    expect(code.length).toBeGreaterThan(0);
    const check = 'import ast, json, sys\nfor code in json.load(sys.stdin): ast.parse(code)';
    const { status, stderr } = spawnSync(python, ['-c', check], {
      input: JSON.stringify(code),
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
  });

  it('JavaScript is valid', () => {
    for (const { place, code } of inLanguage('js')) {
      const { diagnostics = [] } = ts.transpileModule(code, { reportDiagnostics: true, fileName: 'x.mjs' });
      expect(
        diagnostics.map(({ messageText }) => messageText),
        place,
      ).toEqual([]);
    }
  });

  const hasR = ['/usr/bin/Rscript', '/usr/local/bin/Rscript'].some((file) => existsSync(file));
  it.skipIf(!hasR)(`R is valid${hasR ? '' : ' (skipped: Rscript is not installed)'}`, () => {
    for (const { place, code } of inLanguage('r')) {
      const { status, stderr } = spawnSync('Rscript', ['-e', 'invisible(parse(file("stdin")))'], {
        input: code,
      });
      expect(status, `${place}: ${stderr.toString()}`).toBe(0);
    }
  });
});
