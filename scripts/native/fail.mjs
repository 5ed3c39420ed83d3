/** Reports what the build lacks and exits with code 3. */
export function fail(message) {
  console.error(`build: ${message}`);
  process.exit(3);
}
