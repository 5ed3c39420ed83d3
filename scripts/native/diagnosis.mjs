// Explains a failed compilation whose cause lies in libtorch's headers or in the compiler, not in our sources.
import { spawnSync } from 'node:child_process';

/** One line, or undefined for any other failure. */
export function diagnose(output, { version, include }, compiler) {
  const header = /fatal error: (\S+): No such file or directory/.exec(output)?.[1];
  if (header !== undefined)
    return (
      `the header ${header} is missing from libtorch ${version} in ${include[0]}: ` +
      'install all of its headers (Debian, Ubuntu: libtorch-dev; pip: torch again), or use another libtorch'
    );
  const standard =
    /unrecognized .*option ['‘]?-std=c\+\+(\d+)|error: invalid value 'c\+\+(\d+)'|C\+\+(\d+) or later compatible compiler/.exec(
      output,
    );
  if (standard)
    return (
      `libtorch ${version} requires C++${standard.slice(1).find(Boolean)}, which ${compiler} does not have: ` +
      'install g++ 11 or newer, and set CXX to it'
    );
  return undefined;
}

/**
 * Preprocesses the units: this finds missing headers and an old compiler within seconds.
 *
 * @returns one line, or undefined if nothing is wrong
 */
export function preprocess({ units, args }, torch, compiler) {
  for (const { text, defined } of units) {
    const { status, stderr, error } = spawnSync(
      compiler,
      [...args, ...defined, '-E', '-o', '/dev/null', '-x', 'c++', '-'],
      { input: text, encoding: 'utf8' },
    );
    // A compiler that fails at once does not read its input.
    if (error && status === null)
      return `cannot run ${compiler}: ${error.message} (Debian, Ubuntu: apt-get install g++)`;
    if (status !== 0) return diagnose(stderr, torch, compiler) ?? stderr.split('\n')[0];
  }
  return undefined;
}
