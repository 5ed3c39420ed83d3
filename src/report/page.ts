/** The page of one run, or of several side by side: one file, no script, no network. */
import { resolve } from 'node:path';
import { meanfieldCommand } from '../program.ts';
import type { PlainRecord } from '../runs/index.ts';
import { documentHtml } from './document.ts';
import { darkRules, formatNumber } from '../draw/index.ts';
import type { FigureRun } from '../pictures/index.ts';
import type { DrawnFigure } from './draw-figures.ts';
import { html, type Html, inlineSvg, raw } from './html.ts';
import { factList, flatten, recordTable, runTable } from './page-tables.ts';

export interface RunSection {
  readonly run: FigureRun;
  readonly depth: readonly DrawnFigure[];
  readonly details: readonly DrawnFigure[];
  /** Link to the run's analysis from the page; undefined if it has none. */
  readonly analysis?: string;
}

export interface Page {
  readonly shared: readonly DrawnFigure[];
  readonly sections: readonly RunSection[];
}

function figureHtml({ figure, id, svgs }: DrawnFigure): Html {
  const drawings = svgs.map((svg, i) => {
    const panel = figure.panels[i]?.id ?? '';
    const label =
      svgs.length > 1 ? `${figure.title}, ${panel}. ${figure.alt}` : `${figure.title}. ${figure.alt}`;
    return inlineSvg(svg, `${id}-${i}`, label);
  });
  const wide = figure.panels.length > 1 ? 'box wide' : 'box';
  return html`<figure class="${wide}" id="${id}">
    <h3>${figure.title}</h3>
    <div class="panels">${drawings}</div>
    <figcaption>${figure.caption}</figcaption>
  </figure> `;
}

function figuresHtml(figures: readonly DrawnFigure[]): Html {
  return html`<div class="figures">${figures.map(figureHtml)}</div>`;
}

function titleOf(runs: readonly FigureRun[]): string {
  const [first] = runs;
  if (!first) return 'No runs';
  const { model, scheme, seed, dataset } = first.summary;
  if (runs.length === 1)
    return `${model}, ${scheme}${seed === undefined ? '' : `, seed ${seed}`}, on ${dataset}`;
  const same = (pick: (run: FigureRun) => string): string | undefined =>
    runs.every((run) => pick(run) === pick(first)) ? pick(first) : undefined;
  const what = same(({ summary }) => summary.model);
  const data = same(({ summary }) => summary.dataset);
  return `${runs.length} runs${what ? ` of ${what}` : ''}${data ? ` on ${data}` : ''}`;
}

/** The key facts. */
function lead(runs: readonly FigureRun[]): Html {
  const [first] = runs;
  if (runs.length === 1 && first) {
    const { state, epochs, plannedEpochs } = first.summary;
    const message = first.data.status?.message;
    if (state === 'finished') return message === undefined ? html`` : html`<p>This run ${message}.</p>`;
    const how = {
      running: 'is still running',
      stopped: 'was stopped',
      diverged: 'diverged',
      failed: 'failed',
      crashed: 'crashed',
      unknown: 'has no readable status',
    }[state];
    return html`<p>
      This run ${how} after ${epochs} of ${plannedEpochs ?? '?'} epochs; all figures show it up to
      there.${message ? ` Last message: ${message}` : ''}
    </p>`;
  }
  const finished = runs.filter(({ summary }) => summary.final && summary.testError !== undefined);
  // Errors on different data cannot be compared.
  if (new Set(runs.map(({ summary }) => summary.dataset)).size > 1) return html``;
  const best = [...finished].sort((a, b) => (a.summary.testError ?? 0) - (b.summary.testError ?? 0))[0];
  return best
    ? html`<p>
        Lowest test error: ${formatNumber(best.summary.testError)} %
        (${best.label}).${finished.length < runs.length ? ` ${runs.length - finished.length} of ${runs.length} runs have no result.` : ''}
      </p>`
    : html``;
}

function problemsHtml(runs: readonly FigureRun[]): Html {
  const all = runs.flatMap(({ data, label }) =>
    data.problems.map((problem) => html`<li>${runs.length > 1 ? `${label}: ` : ''}${problem}</li>`),
  );
  return all.length
    ? html`<div class="problems">
        <strong>Some files could not be read</strong>
        <ul>
          ${all}
        </ul>
      </div>`
    : html``;
}

function commandOf({ environment }: FigureRun['data']): string | undefined {
  const command = environment?.command;
  return typeof command === 'string' ? command : undefined;
}

function commandsHtml(runs: readonly FigureRun[]): Html {
  const blocks = runs.map(({ data, label, summary }) => {
    const made = commandOf(data);
    const lines = [
      ...(made === undefined ? [] : [`# created by\n${made}`]),
      ...(summary.state === 'finished'
        ? []
        : [
            `# resume from the last checkpoint\n${meanfieldCommand('train', '--resume', { path: resolve(data.dir) })}`,
          ]),
      ...(summary.state === 'finished'
        ? [`# evaluate the last checkpoint\n${meanfieldCommand('evaluate', { path: resolve(data.dir) })}`]
        : []),
    ];
    return html`${runs.length > 1 ? html`<h3>${label}</h3>` : html``}
      <pre class="box">${lines.join('\n\n')}</pre>`;
  });
  return html`<h2>Commands</h2>
    ${blocks}`;
}

function recordsHtml(runs: readonly FigureRun[]): Html {
  const labels = runs.map(({ label }) => label);
  const block = (title: string, records: readonly PlainRecord[], open: boolean): Html =>
    records.some((record) => Object.keys(record).length)
      ? html`<details class="box" ${open ? raw(' open') : ''}>
          <summary>${title}</summary>
          ${recordTable(records, labels)}
        </details>`
      : html``;
  const environments = runs.map(({ data }) => {
    const rest = Object.entries(data.environment ?? {}).filter(([key]) => key !== 'command');
    return flatten(Object.fromEntries(rest));
  });
  return html`<h2>Settings and environment</h2>
    <div class="pair">
      ${block(
        runs.length > 1 ? 'Settings (differences first)' : 'Settings',
        runs.map(({ data }) => flatten(data.config ?? {})),
        true,
      )}${block('Environment', environments, true)}
    </div>`;
}

/** With more runs than this, details are folded to keep the page readable. */
const maxOpen = 2;

const analysisHtml = (analysis: string | undefined): Html =>
  analysis === undefined
    ? html``
    : html`<p>
        <a href="${analysis}">Analysis of the trained net</a>: paths, deleted and permuted blocks, costates,
        functional gradient.
      </p>`;

function sectionHtml({ run, depth, details, analysis }: RunSection, index: number, count: number): Html {
  const figures = [...depth, ...details];
  const empty = html`<p class="name">Nothing specific to this run is recorded yet.</p>`;
  if (count === 1) {
    return html`${
      depth.length
        ? html`<h2>Depth</h2>
            ${figuresHtml(depth)}`
        : html``
    }${
      details.length
        ? html`<h2>Classes${details.some(({ figure }) => figure.id === 'swaps') ? ' and order' : ''}</h2>
            ${figuresHtml(details)}`
        : html``
    }${analysisHtml(analysis)}`;
  }
  return html`<details class="run" ${index < maxOpen ? raw(' open') : ''}>
    <summary><span class="swatch run-${index}"></span>${run.label}</summary>
    <p class="name">${run.data.name}</p>
    ${figures.length ? figuresHtml(figures) : empty} ${analysisHtml(analysis)}
  </details> `;
}

/** The whole page. */
export function pageHtml({ shared, sections }: Page): string {
  const runs = sections.map(({ run }) => run);
  const drawings = [shared, ...sections.flatMap(({ depth, details }) => [depth, details])]
    .flat()
    .flatMap(({ svgs }) => svgs);
  const swatch = (side: 'light' | 'dark'): string =>
    runs.map(({ colour }, i) => `.run-${i}{background:${colour[side]}}`).join('');
  const dark = `.panels [fill="#ffffff"]{fill:var(--card)}\n${darkRules('.panels', drawings)}\n${swatch('dark')}`;
  const title = titleOf(runs);
  return documentHtml({
    title,
    dark,
    style: swatch('light'),
    body: html`<header>
        <h1>${title}</h1>
        ${runs.length === 1 ? html`<p class="name">${runs[0]?.data.name}</p>` : html``} ${lead(runs)}
      </header>
      ${runs.length === 1 && runs[0] ? factList(runs[0].summary) : runTable(runs)} ${problemsHtml(runs)}
      <h2>Training</h2>
      ${figuresHtml(shared)}
      ${runs.length > 1 ? html`<h2>Individual runs</h2>` : html``}${sections.map((section, i) => sectionHtml(section, i, sections.length))}
      ${commandsHtml(runs)} ${recordsHtml(runs)}`,
  });
}
