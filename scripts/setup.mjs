#!/usr/bin/env node
// Prepares a machine: Debian packages, npm packages, native addon, TypeScript. Plain Node, no dependencies;
// idempotent, and quick if there is nothing to do. `--tests` also installs what only tests need.
// Import the steps after this check: an old Node could not parse them.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `setup: Node ${process.versions.node} is too old, 20.19 or newer is required: see https://nodejs.org/en/download`,
  );
  process.exit(3);
}
import('./setup/all.mjs');
