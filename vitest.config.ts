import { readdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * A test file that counts tensors, starts servers or changes its process runs in a process of its own. The others share two processes, in which
 * libtorch and the sources are loaded once: a process and its imports cost a second for each file.
 */
const changesItsProcess =
  /liveTensorCount|process\.(chdir|execArgv|exitCode|memoryUsage|on|once|off|kill|stdout|stderr|listener)|process\.env\.\w+ = |delete process\.|setThreads|globalThis|createServer|start(Fake)?Studio|\bvi\./;
const isolated = readdirSync(new URL('src', import.meta.url), { recursive: true, encoding: 'utf8' })
  .map((file) => `src/${file.replaceAll('\\', '/')}`)
  .filter((file) => file.endsWith('.test.ts'))
  .filter((file) => changesItsProcess.test(readFileSync(new URL(file, import.meta.url), 'utf8')));

/** The files that take longest, the longest first: begun late, one of them would run alone at the end. */
const longest = [
  'test/experiment/grid.test.ts',
  'test/command/train.test.ts',
  'test/studio/views.test.ts',
  'test/gradients/networks.test.ts',
  'test/studio/lab.test.ts',
  'test/theory/claims-of-the-dynamics.test.ts',
  'test/theory/claims-of-kernels.test.ts',
  'test/studio/lab-presets.test.ts',
  'test/gradients/pytorch.test.ts',
  'test/train/kill.test.ts',
  'test/command/verify.test.ts',
  'test/examples.test.ts',
  'test/gradients/differences.test.ts',
  'test/command/terminals.test.ts',
  'test/command/orphans.test.ts',
  'test/command/settings.test.ts',
  'test/command/bench.test.ts',
  'test/studio/list.test.ts',
  'test/command/weights.test.ts',
  'test/command/image-folder.test.ts',
  'src/studio/server/events.test.ts',
];
const place = ({ moduleId }: TestSpecification): number => {
  const at = longest.findIndex((file) => moduleId.endsWith(file));
  return at < 0 ? longest.length : at;
};

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const projects = [...new Set(sorted.map(({ project }) => project))];
    // Files that share processes stay together.
    return sorted.sort(
      (a, b) => projects.indexOf(a.project) - projects.indexOf(b.project) || place(a) - place(b),
    );
  }
}

// One worker a core and one thread a worker: oversubscribed oneDNN barriers spin and cost up to 40 times.
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    env: { OMP_NUM_THREADS: '1' },
    // Guards against a hang; on a slow machine with two workers some tests take a minute.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Under load a page or a process takes seconds.
    expect: { poll: { timeout: 20_000 } },
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'isolated', include: [...isolated, 'test/**/*.test.ts'] } },
      {
        extends: true,
        test: { name: 'shared', include: ['src/**/*.test.ts'], exclude: isolated, isolate: false },
      },
    ],
  },
});
