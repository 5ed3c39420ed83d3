/** The package as npm installs it: hints name its own command, which builds the addon in its folder. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../src/test-folder.ts';
import { environment, type Outcome } from './command.ts';

const root = join(import.meta.dirname, '..', '..');
const project = temporaryFolder();
const installed = join(project, 'node_modules', 'meanfield');
const cache = join(project, 'cache');

beforeAll(() => {
  mkdirSync(join(project, 'node_modules', '.bin'), { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules')))
    if (!name.startsWith('.'))
      symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));
  const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    files: readonly string[];
  };
  for (const name of [
    'package.json',
    ...files.filter((file) => /^(bin|dist|native|scripts\/.*)$/.test(file)),
  ])
    cpSync(join(root, name), join(installed, name), { recursive: true });
  symlinkSync('../meanfield/bin/meanfield.js', join(project, 'node_modules', '.bin', 'meanfield'));
  // The addon of the checkout, as its set-up leaves it in the cache.
  const facts = JSON.parse(readFileSync(join(root, 'build', 'build.json'), 'utf8')) as {
    key: string;
    sha256: string;
  };
  mkdirSync(join(cache, 'meanfield', 'addons'), { recursive: true });
  cpSync(
    join(root, 'build', 'meanfield.node'),
    join(cache, 'meanfield', 'addons', `${facts.key}-${facts.sha256}.node`),
    { dereference: true },
  );
});

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Outcome {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(project, 'node_modules', '.bin', 'meanfield'), ...args],
    {
      cwd: project,
      encoding: 'utf8',
      env: { ...environment, MEANFIELD_BUILD_DIR: undefined, XDG_CACHE_HOME: cache, ...env },
    },
  );
  return { code: status, stdout, stderr };
}

it('without the addon, every hint names its set-up', () => {
  const train = run(['train', '--dataset', 'synthetic-images', '--epochs', '1']);
  expect(train.code).toBe(3);
  expect(train.stderr).toMatch(
    /is not built .*next: `npx meanfield setup` builds it .*`npx meanfield doctor`/,
  );
  const doctor = run(['doctor']);
  expect(doctor.stdout).toMatch(/-> npx meanfield setup$/m);
  // The checks of the build itself say what is in its way.
  const elsewhere = run(['doctor'], { LIBTORCH: '/nowhere', COLUMNS: '1000' });
  expect(elsewhere.code).toBe(3);
  expect(elsewhere.stdout).toMatch(/^missing {2}build +libtorch not found; tried LIBTORCH: \/nowhere\//m);
  expect(`${train.stderr}${doctor.stdout}`).not.toMatch(/npm (--prefix|run|ci)/);
});

it('missing Debian packages are named with the command, and nothing is built', () => {
  const fake = join(project, 'fake');
  mkdirSync(fake);
  writeFileSync(join(fake, 'dpkg-query'), '#!/bin/sh\nexit 1\n');
  chmodSync(join(fake, 'dpkg-query'), 0o755);
  const { code, stdout, stderr } = run(['setup'], {
    PATH: `${fake}:${process.env.PATH ?? ''}`,
    CXX: join(fake, 'no-compiler'),
    LIBTORCH: undefined,
    LIBTORCH_USE_PYTORCH: undefined,
  });
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr).toMatch(
    /^setup: g\+\+ libtorch-dev .* missing: run `(sudo )?apt-get update && (sudo )?apt-get install -y --no-install-recommends g\+\+ libtorch-dev .*`, or this again with --yes/m,
  );
  expect(readdirSync(installed)).not.toContain('build');
});

it('its set-up builds the addon where the package lies, and names the next command', () => {
  const { code, stdout, stderr } = run(['setup'], { CXX: '' });
  expect(stderr).toMatch(/^build: took the addon from the cache/m);
  expect(stderr).not.toMatch(/typescript|npm packages/);
  expect(stderr.trimEnd().split('\n').at(-1)).toBe('next: npx meanfield train --width 8 --epochs 1');
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expect(readdirSync(join(installed, 'build'))).toEqual(['build.json', 'meanfield.node']);
  expect(JSON.parse(run(['setup', '--json']).stdout)).toMatchObject({
    addon: join(installed, 'build', 'meanfield.node'),
    next: 'npx meanfield train --width 8 --epochs 1',
  });
  const { checks } = JSON.parse(run(['doctor', '--json']).stdout) as {
    checks: readonly { name: string; state: string }[];
  };
  expect(checks).toContainEqual(expect.objectContaining({ name: 'libtorch', state: 'good' }));
});

it('a package without its compiled files says so', () => {
  rmSync(join(installed, 'dist', 'page'), { recursive: true });
  expect(run(['setup'])).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/index\.html is missing: install the package again/) as unknown,
  });
  rmSync(join(installed, 'dist'), { recursive: true });
  const { code, stderr } = run(['doctor']);
  expect(code).toBe(3);
  expect(stderr).toBe('meanfield: not built yet: install the package again, without --ignore-scripts\n');
});
