/** Temporary folders of tests. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

/**
 * A new folder. In a test or in `beforeEach` it is removed after the test; elsewhere in a file or in `describe`, after
 * the tests there. Not for `beforeAll`.
 */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'meanfield-test-')));
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    onTestFinished(remove);
  } catch {
    // Not in a test.
    afterAll(remove);
  }
  return folder;
}
