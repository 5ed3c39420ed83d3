/** The pages of docs/reference are what the code gives. `npm run docs:reference` writes them again. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../docs/.vitepress/pages.ts';
import { environmentVariables } from '../../src/cli/environment-variables.ts';
import { helpTextsOf } from '../../src/cli/help.ts';
import { commandsPage, exampleOf } from './reference/commands.ts';
import { pathOf } from './reference/page.ts';
import { commandsOf, completeProgram, parseWords } from './reference/program.ts';
import { dataLayoutsPage, environmentPage, exitCodesPage } from './reference/small-pages.ts';

it.each([
  ['commands.md', commandsPage],
  ['environment.md', environmentPage],
  ['exit-codes.md', exitCodesPage],
  ['data-layouts.md', dataLayoutsPage],
])('%s is written from the code (else: npm run docs:reference)', async (name, text) => {
  await expect(await text()).toMatchFileSnapshot(pathOf(name));
});

const program = await completeProgram();
const commands = commandsOf(program);

describe('commands', () => {
  it('every command and flag is on the page', async () => {
    const text = await commandsPage();
    expect(commands.length).toBeGreaterThan(20);
    for (const [name, command] of commands) {
      const [, section = ''] = text.split(`\n## ${name}\n`);
      const own = section.split('\n## ')[0]!;
      for (const { long, hidden } of command.options)
        if (!hidden) expect(own, `${name} ${long ?? ''}`).toContain(`${long ?? ''}\``);
    }
  });

  /** Arguments and mandatory flags of a command, besides one flag. */
  const needed = (name: string, flag: string | undefined): string[] => {
    const [, command] = commands.find(([one]) => one === name)!;
    return [
      ...name.split(' '),
      ...command.registeredArguments.filter(({ required }) => required).map((one) => one.name()),
      ...command.options
        .filter(({ mandatory, long }) => mandatory && long !== flag)
        .flatMap((option) => exampleOf(option, command).split(' ')),
    ];
  };

  it.each(commands)('the example of every flag of %s is accepted', async (name, command) => {
    for (const option of command.options.filter(({ hidden }) => !hidden)) {
      const words = [...needed(name, option.long), ...exampleOf(option, command).split(' ')];
      await expect(parseWords(words), words.join(' ')).resolves.toBeUndefined();
    }
  });

  it('the examples in the help are accepted, and others are not', async () => {
    const examples = [program, ...commands.map(([, command]) => command)].flatMap(
      (command) => helpTextsOf(command).examples,
    );
    expect(examples.length).toBeGreaterThan(15);
    for (const { words } of examples)
      await expect(parseWords(words.replace(/ > .*$/, '').split(' ')), words).resolves.toBeUndefined();
    await expect(parseWords(['train', '--epoch', '1'])).rejects.toThrow(/unknown option/);
    await expect(parseWords(['reproduce', '--preset', 'slow'])).rejects.toThrow(/invalid/);
    await expect(parseWords(['lab', '--depth', 'x'])).rejects.toThrow(/number/);
  });
});

describe('environment variables', () => {
  /** Every way in which the sources read one. */
  const reads = [
    /process\.env\.(\w+)/g,
    /process\.env\[['"](\w+)['"]\]/g,
    /\bgetenv\("(\w+)"/g,
    /os\.environ(?:\.get|\.pop)?[([]["'](\w+)["']/g,
    /\bconst \w+Variable = '(\w+)'/g,
    /\$\{(MEANFIELD_\w+|LIBTORCH\w*)/g,
  ];
  const destructured = /\{([^{}]*)\} = process\.env/g;

  function variablesIn(text: string): string[] {
    return [
      ...reads.flatMap((pattern) => [...text.matchAll(pattern)].map(([, name = '']) => name)),
      ...[...text.matchAll(destructured)].flatMap(([, names = '']) =>
        names.split(',').map((one) => /\w+/.exec(one)?.[0] ?? ''),
      ),
    ].filter((name) => name !== '');
  }

  const folders = ['src', 'native', 'scripts', 'bin', 'python', 'test', 'docs/.vitepress'];
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/_generated|\.(npz|npy|parquet|json|png)$/.test(entry.name))
      .map(({ parentPath, name }) => join(parentPath, name))
      .filter((file) => !file.endsWith('reference.test.ts')),
  );
  const found = new Set(files.flatMap((file) => variablesIn(readFileSync(file, 'utf8'))));

  it('are recognized in every form', () => {
    expect(variablesIn("process.env.A; process.env['B']; const { C: c = '', D } = process.env;")).toEqual([
      ...['A', 'B', 'C', 'D'],
    ]);
    expect(variablesIn('std::getenv("E"); os.environ["F"]; os.environ.get("G")')).toEqual(['E', 'F', 'G']);
  });

  it('that the code reads are all described, and no others', () => {
    expect([...found].filter((name) => !Object.hasOwn(environmentVariables, name))).toEqual([]);
    expect(Object.keys(environmentVariables).filter((name) => !found.has(name))).toEqual([]);
  });
});
