import manifest from '../package.json' with { type: 'json' };

/** The built package by its public name, with the types of the sources: a build may be older than they are. */
export const published = <T>(name: string): Promise<T> => import(/* @vite-ignore */ name) as Promise<T>;

/** The public names of all entry points: `meanfield`, `meanfield/tensor`, .. */
export const entryPoints: readonly string[] = Object.keys(manifest.exports)
  .filter((entry) => entry !== './package.json')
  .map((entry) => entry.replace(/^\./, 'meanfield'));
