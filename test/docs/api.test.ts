/** The public functions and classes have a meaning, and their examples compile against the package. */
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { root } from '../../docs/.vitepress/pages.ts';

interface Exported {
  readonly entry: string;
  readonly name: string;
  readonly meaning: string;
  readonly examples: readonly string[];
}

/** What an example may use without declaring it. */
const given: Readonly<Record<string, string>> = {
  problem: "import('meanfield/mean-field').Problem",
  family: "import('meanfield/mean-field').Family",
  measure: "import('meanfield/mean-field').GridMeasure",
  embedding: "import('meanfield/tensor').Tensor",
  readout: "import('meanfield/tensor').Tensor",
  model: "import('meanfield/models').CifarResNet",
  images: "import('meanfield/tensor').Tensor",
  labels: "import('meanfield/tensor').Tensor",
  x: "import('meanfield/tensor').Tensor",
  errorOf: '(L: number, seed: number) => number',
};

const entries = Object.entries(manifest.exports).flatMap(([entry, one]) =>
  typeof one === 'string' ? [] : [[entry.replace('.', 'meanfield'), join(root, one.types)] as const],
);
const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
  typeRoots: [join(root, 'node_modules', '@types')],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
};
const program = ts.createProgram(
  entries.map(([, file]) => file),
  options,
);
const checker = program.getTypeChecker();

/** Functions and classes, each once, under the first entry that exports it. */
function exportedFunctions(): Exported[] {
  const seen = new Set<ts.Symbol>();
  return [...entries].reverse().flatMap(([entry, file]) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
    return checker.getExportsOfModule(module).flatMap((one): Exported[] => {
      const symbol = one.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(one) : one;
      const isCallable =
        (symbol.flags & (ts.SymbolFlags.Function | ts.SymbolFlags.Class)) !== 0 ||
        ((symbol.flags & ts.SymbolFlags.Variable) !== 0 &&
          checker.getTypeOfSymbol(symbol).getCallSignatures().length > 0);
      if (!isCallable || seen.has(symbol)) return [];
      seen.add(symbol);
      const examples = symbol
        .getJsDocTags(checker)
        .filter((tag) => tag.name === 'example')
        .map((tag) => ts.displayPartsToString(tag.text));
      const meaning = ts.displayPartsToString(symbol.getDocumentationComment(checker));
      return [{ entry, name: one.name, meaning, examples }];
    });
  });
}
const exported = exportedFunctions();

it('every exported function and class has a docstring with a meaning', () => {
  expect(exported.length).toBeGreaterThan(200);
  expect(
    exported.filter(({ meaning }) => !/\w{3}/.test(meaning)).map(({ entry, name }) => `${entry}: ${name}`),
  ).toEqual([]);
});

/** The example as a module: imports what it uses of the package, its own entry first. */
function moduleOf({ entry, examples }: Exported): string {
  const code = examples.join('\n').replace(/^```\w*$/gm, '');
  const used = new Set(code.match(/(?<![.\w])[A-Za-z]\w*/g));
  const declared = new Set(
    [...code.matchAll(/\b(?:const|let|for \(const)\s+(?:\{([^}]*)\}|\[([^\]]*)\]|(\w+))/g)].flatMap((found) =>
      found.slice(1).flatMap((names) => (names as string | undefined)?.match(/\w+/g) ?? []),
    ),
  );
  const free = [...used].filter((name) => !declared.has(name));
  const lines = free.flatMap((name) => {
    const from =
      exported.find((one) => one.name === name && one.entry === entry) ??
      exported.find((one) => one.name === name && one.entry !== 'meanfield/reference');
    if (from) return [`import { ${name} } from '${from.entry}';`];
    if (name === 'ops') return ["import { ops } from 'meanfield/tensor';"];
    return given[name] === undefined ? [] : [`declare const ${name}: ${given[name]};`];
  });
  return `${lines.join('\n')}\nexport {};\n${code}`;
}

/** Errors of the examples, with the names of their functions. */
function complaints(those: readonly Exported[]): string[] {
  const modules = new Map(
    those.map((one, i) => [
      join(root, 'build', `example-of-${one.name}-${i}.ts`),
      { one, text: moduleOf(one) },
    ]),
  );
  const host = ts.createCompilerHost(options);
  const base = { exists: host.fileExists.bind(host), read: host.readFile.bind(host) };
  host.fileExists = (file) => modules.has(file) || base.exists(file);
  host.readFile = (file) => modules.get(file)?.text ?? base.read(file);
  const files = [...modules.keys()];
  const examples = ts.createProgram(files, options, host, program);
  return files.flatMap((file) => {
    const source = examples.getSourceFile(file);
    return [...examples.getSyntacticDiagnostics(source), ...examples.getSemanticDiagnostics(source)].map(
      ({ messageText }) =>
        `${modules.get(file)!.one.name}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
  });
}

it('the examples compile; a wrong one does not', () => {
  const those = exported.filter(({ examples }) => examples.length > 0);
  process.stdout.write(`${those.length} of ${exported.length} functions and classes have an example\n`);
  expect(those.length).toBeGreaterThan(25);
  expect(complaints(those)).toEqual([]);
  const wrong = { entry: 'meanfield/tensor', name: 'zeros', meaning: '', examples: ["zeros('x');"] };
  expect(complaints([wrong])).toHaveLength(1);
});
