// Selects the OpenBLAS flavour that the system's links point to.
import { existsSync, realpathSync } from 'node:fs';
import { asRoot, shellLine } from './root-rights.mjs';
import { attempt, say } from './steps.mjs';

const links = ['libblas.so.3', 'liblapack.so.3', 'libopenblas.so.0'];

/**
 * Other packages may install OpenBLAS's pthread flavour, which takes precedence and whose threads compete with
 * libtorch's.
 *
 * @param yes - whether to switch, instead of naming the command
 */
export function useOpenMpBlas(yes) {
  const triple = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[process.arch];
  const folder = `/usr/lib/${triple}`;
  const taken = links.filter(
    (name) =>
      existsSync(`${folder}/openblas-openmp/${name}`) &&
      existsSync(`${folder}/${name}`) &&
      realpathSync(`${folder}/${name}`).includes('/openblas-pthread/'),
  );
  if (taken.length === 0) return 'fits';
  say(`${taken.join(', ')} led to OpenBLAS's pthread flavour, whose threads compete with those of libtorch`);
  let mended = true;
  for (const name of taken) {
    const line = ['update-alternatives', '--set', `${name}-${triple}`, `${folder}/openblas-openmp/${name}`];
    const rooted = yes && process.env.MEANFIELD_SKIP_APT !== '1' ? asRoot(line) : undefined;
    if (rooted && attempt(rooted[0], rooted.slice(1)).good) continue;
    mended = false;
    say(`run it by hand: ${shellLine(line)}`);
  }
  return mended ? 'switched to the OpenMP flavour' : 'the pthread flavour: slow';
}
