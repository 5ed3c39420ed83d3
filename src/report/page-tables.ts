/** The tables of a page: runs, settings, environment. */
import type { PlainRecord } from '../runs/index.ts';
import {
  formatCount,
  formatDuration,
  formatNumber,
  formatValue,
  missing,
  sentenceCase,
} from '../draw/index.ts';
import type { FigureRun } from '../pictures/index.ts';
import { html, type Html } from './html.ts';
import type { RunSummary } from '../runs/run-summary.ts';

interface Fact {
  readonly title: string;
  readonly text: (run: RunSummary) => string;
  readonly number?: boolean;
}

const facts: readonly Fact[] = [
  { title: 'model', text: ({ model }) => model },
  { title: 'scheme', text: ({ scheme }) => scheme },
  { title: 'seed', text: ({ seed }) => String(seed ?? missing), number: true },
  { title: 'data', text: ({ dataset }) => dataset },
  { title: 'state', text: ({ state }) => state },
  {
    title: 'epochs',
    text: ({ epochs, plannedEpochs }) =>
      plannedEpochs === undefined || plannedEpochs === epochs
        ? String(epochs)
        : `${epochs} of ${plannedEpochs}`,
    number: true,
  },
  { title: 'test error, %', text: ({ testError }) => formatNumber(testError), number: true },
  { title: 'test loss', text: ({ testLoss }) => formatNumber(testLoss, 3), number: true },
  { title: 'training loss', text: ({ trainLoss }) => formatNumber(trainLoss, 3), number: true },
  { title: 'time', text: ({ seconds }) => formatDuration(seconds), number: true },
  { title: 'images/s', text: ({ imagesPerSecond }) => formatCount(imagesPerSecond), number: true },
  { title: 'changes of order', text: ({ swaps }) => formatCount(swaps), number: true },
  { title: 'parameters', text: ({ parameters }) => formatCount(parameters), number: true },
];

const named = new Set(['model', 'scheme', 'seed', 'data']);

/** Key figures of one run. */
export function factList(summary: RunSummary): Html {
  const shown = facts.filter(({ title }) => !named.has(title));
  const lead = shown.filter(({ title }) => title.startsWith('test error'));
  const rest = shown.filter((fact) => !lead.includes(fact));
  const item = ({ title, text }: Fact, kind: string): Html => {
    const value = text(summary);
    const unit = title.endsWith(', %') && value !== missing ? `${value} %` : value;
    return html`<div class="${kind}">
      <dt>${sentenceCase(title.replace(', %', ''))}</dt>
      <dd>${unit}</dd>
    </div>`;
  };
  return html`<dl class="facts">
    ${lead.map((fact) => item(fact, 'lead'))}${rest.map((fact) => item(fact, ''))}
  </dl>`;
}

/** Several runs, one row each. */
export function runTable(runs: readonly FigureRun[]): Html {
  // The title of the page shows what all runs share.
  const shared = (pick: (run: RunSummary) => string): boolean =>
    new Set(runs.map(({ summary }) => pick(summary))).size === 1;
  const shown = facts.filter(({ title, text }) => !((title === 'model' || title === 'data') && shared(text)));
  const cell = ({ text, number }: Fact, { summary }: FigureRun): Html =>
    html`<td class="${number ? 'number' : ''}">${text(summary)}</td>`;
  return html`<div class="box scroll" tabindex="0" role="region" aria-label="Runs">
    <table class="runs">
      <thead>
        <tr>
          <th scope="col">Run</th>
          ${shown.map(({ title, number }) => html`<th scope="col" class="${number ? 'number' : ''}">${sentenceCase(title)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${runs.map(
          (run, i) =>
            html`<tr>
              <th scope="row"><span class="swatch run-${i}"></span>${run.label}</th>
              ${shown.map((fact) => cell(fact, run))}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Keys of all records, in order of first appearance. */
function keysOf(records: readonly PlainRecord[]): string[] {
  return [...new Set(records.flatMap((record) => Object.keys(record)))];
}

/** One row per key, one column per record; rows that differ are marked and, with several records, come first. */
export function recordTable(records: readonly PlainRecord[], labels: readonly string[]): Html {
  const rows = keysOf(records).map((key) => {
    const texts = records.map((record) => formatValue(record[key]));
    return { key, texts, differs: new Set(texts).size > 1 };
  });
  const sorted = [...rows.filter(({ differs }) => differs), ...rows.filter(({ differs }) => !differs)];
  const head =
    records.length > 1
      ? html`<thead>
          <tr>
            <th></th>
            ${labels.map((label) => html`<th scope="col">${label}</th>`)}
          </tr>
        </thead>`
      : html``;
  return html`<div class="scroll">
    <table class="settings">
      ${head}
      <tbody>
        ${sorted.map(
          ({ key, texts, differs }) =>
            html`<tr class="${differs ? 'differs' : ''}">
              <th scope="row">${key}</th>
              ${texts.map((text) => html`<td>${text}</td>`)}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Flattens nested records to dotted keys. */
export function flatten(record: PlainRecord, prefix = ''): PlainRecord {
  return Object.fromEntries(
    Object.entries(record).flatMap(([key, value]): [string, unknown][] =>
      value !== null && typeof value === 'object' && !Array.isArray(value)
        ? Object.entries(flatten(value as PlainRecord, `${prefix}${key}.`))
        : [[prefix + key, value]],
    ),
  );
}
