/** Runs TypeScript that imports the package by its name, as a user does. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');

/** What it prints. Node 20 runs no TypeScript: the types are stripped first. */
export function runSource(source: string, files: Readonly<Record<string, string>> = {}): string {
  return runSources([source], files);
}

/** What several print, one after the other in one process. */
export function runSources(sources: readonly string[], files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(root, 'build', 'example-'));
  try {
    sources.forEach((source, i) => {
      const { outputText } = ts.transpileModule(source, {
        compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
      });
      writeFileSync(join(folder, `${i}.mjs`), outputText);
    });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const all = join(folder, 'all.mjs');
    writeFileSync(all, sources.map((_, i) => `import './${i}.mjs';`).join('\n'));
    return execFileSync(process.execPath, [all], { encoding: 'utf8', cwd: folder });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the compiler says of TypeScript under the strict options of this project, one line a complaint. */
export function complaintsAbout(sources: readonly string[], { noUnusedLocals = true } = {}): string[] {
  const folder = mkdtempSync(join(root, 'build', 'example-'));
  try {
    const names = sources.map((source, i) => {
      const name = join(folder, `${i}.ts`);
      writeFileSync(name, source);
      return name;
    });
    const program = ts.createProgram(names, {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: ['node'],
      typeRoots: [join(root, 'node_modules', '@types')],
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      noUnusedLocals,
      skipLibCheck: true,
      noEmit: true,
    });
    return ts
      .getPreEmitDiagnostics(program)
      .map(
        ({ file, messageText }) =>
          `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
      );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
