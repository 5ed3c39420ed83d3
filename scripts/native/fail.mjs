/** Reports what the build lacks, a line for each problem, and exits with code 3. */
export function fail(...problems) {
  for (const problem of problems) console.error(`build: ${problem}`);
  process.exit(3);
}
