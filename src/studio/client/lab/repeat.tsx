/** Shows how to compute the key number elsewhere: a command line and TypeScript code. */
import type { JSX } from 'preact';
import { keyNumberOf, labCommand, labTypeScript } from '../../lab/index.ts';
import { CommandLine, CopyButton } from '../parts/command-line.tsx';
import { program } from '../program.ts';
import { preset, state } from './lab-state.ts';

export function Repeat(): JSX.Element {
  const { name } = preset.value;
  const now = state.value;
  const code = labTypeScript(now, keyNumberOf(now, name));
  return (
    <section class="lab-repeat" aria-label="Reproduce this number">
      <h2>Reproduce this number</h2>
      <CommandLine text={labCommand(now, name, { program: program() })} />
      <details>
        <summary>TypeScript</summary>
        <div class="lab-code">
          <CopyButton text={code} label="code" />
          <pre tabIndex={0}>
            <code>{code}</code>
          </pre>
        </div>
      </details>
    </section>
  );
}
