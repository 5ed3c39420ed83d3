/** The engine compiled to plain JavaScript, for tests that need their own process or thread. */
import { execFile, type ExecFileException } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { afterAll, beforeAll } from 'vitest';
import { buildFolder, packageRoot } from '../../src/native/index.ts';

export interface Outcome {
  readonly code: number;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

function compile(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))) {
    const { outputText } = ts.transpileModule(readFileSync(join(from, name), 'utf8'), {
      compilerOptions: {
        module: ts.ModuleKind.ES2022,
        target: ts.ScriptTarget.ES2022,
        rewriteRelativeImportExtensions: true,
      },
    });
    writeFileSync(join(to, name.replace(/\.ts$/, '.js')), outputText);
  }
}

/** A temporary folder of the test file, with the compiled engine in `dist`; created before its tests, removed after. */
export class Workshop {
  folder = '';

  static open(): Workshop {
    const workshop = new Workshop();
    beforeAll(() => {
      workshop.folder = mkdtempSync(join(tmpdir(), 'meanfield-engine-'));
      writeFileSync(join(workshop.folder, 'package.json'), '{"type":"module"}');
      symlinkSync(buildFolder(), join(workshop.folder, 'build'));
      const source = join(packageRoot, 'src');
      for (const area of ['.', 'io', 'native', 'processes', 'tensor'])
        compile(join(source, area), join(workshop.folder, 'dist', area));
    });
    afterAll(() => {
      rmSync(workshop.folder, { recursive: true, force: true });
    });
    return workshop;
  }

  /** The import specifier of a compiled module. */
  url(module: string): string {
    return pathToFileURL(join(this.folder, 'dist', module)).href;
  }

  /** Writes a module beside the engine; it imports `native` and `tensor` as namespaces. */
  script(name: string, body: string): string {
    const file = join(this.folder, name);
    const head = `import * as native from '${this.url('native/index.js')}';\nimport * as tensor from '${this.url('tensor/index.js')}';\n`;
    writeFileSync(file, head + body);
    return file;
  }

  /** Runs a script in its own process. */
  run(
    name: string,
    body: string,
    { flags = [], env = {} }: { flags?: readonly string[]; env?: NodeJS.ProcessEnv } = {},
  ): Promise<Outcome> {
    return runNode([...flags, this.script(name, body)], env);
  }
}

/** Runs node with the arguments to its end. */
export function runNode(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, timeout: 300_000, killSignal: 'SIGKILL' } as const;
    execFile(process.execPath, [...args], options, (error: ExecFileException | null, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, signal: error?.signal ?? null, stdout, stderr });
    });
  });
}
