/** Runs axe-core in a page. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const script = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/**
 * Returns one line per serious or critical violation, with the element.
 *
 * @param rules - only these; default all
 */
export async function seriousViolations(page: Page, rules?: readonly string[]): Promise<string[]> {
  // Evaluated through the debugger, which the page's Content-Security-Policy does not restrict.
  await page.evaluate(script);
  const violations = await page.evaluate(
    async (only) => {
      const { axe } = globalThis as unknown as {
        axe: { run: (options: object) => Promise<{ violations: Violation[] }> };
      };
      return (await axe.run(only ? { runOnly: { type: 'rule', values: only } } : {})).violations;
    },
    rules && [...rules],
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(
        ({ html, failureSummary = '' }) =>
          `${id}: ${html.slice(0, 160)} ${failureSummary.replaceAll('\n', ' ')}`,
      ),
    );
}
