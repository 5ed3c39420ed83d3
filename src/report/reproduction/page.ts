/** The page of a grid. */
import type { Reproduction } from '../../runs/index.ts';
import { documentHtml } from '../document.ts';
import { html, type Html, inlineSvg } from '../html.ts';
import type { DrawnFigure } from '../draw-figures.ts';
import { darkRules, sentenceCase } from '../../draw/index.ts';
import { armTable, comparisonTable, reproductionTable, type Table } from './tables.ts';
import { verdictSentences, verdictTable } from './verdict.ts';

/** Curves and positions of the runs of one network. */
export interface NetworkSection {
  readonly network: string;
  readonly figures: readonly DrawnFigure[];
}

const style = `
.none{color:var(--muted)}
.lead{max-width:88ch}
#gains{grid-column:1/-1}
#gains .panels{grid-template-columns:1fr;overflow-x:auto}
#gains svg{max-width:900px;min-width:600px}
`;

/** @param names - number of leading columns that identify a row */
function tableHtml({ header, rows }: Table, label: string, names = 1): Html {
  const numeric = header.map((_, c) =>
    rows.every((row) => !/[a-z]{3}/i.test((row[c] ?? '').replace('not run', ''))),
  );
  const cell = (text: string, c: number): Html =>
    html`<td class="${numeric[c] ? 'number' : ''} ${text === 'not run' ? 'none' : ''}">${text}</td>`;
  return html`<div class="box scroll" tabindex="0" role="region" aria-label="${label}">
    <table>
      <thead>
        <tr>
          ${header.map((title, c) => html`<th scope="col" class="${numeric[c] ? 'number' : ''}">${sentenceCase(title)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((text, c) => (c < names ? html`<th scope="row">${text}</th>` : cell(text, c)))}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}

function figureHtml({ figure, id, svgs }: DrawnFigure): Html {
  const drawings = svgs.map((svg, i) => inlineSvg(svg, `${id}-${i}`, `${figure.title}. ${figure.alt}`));
  return html`<figure class="box ${figure.panels.length > 1 ? 'wide' : ''}" id="${id}">
    <h3>${figure.title}</h3>
    <div class="panels">${drawings}</div>
    <figcaption>${figure.caption}</figcaption>
  </figure> `;
}

/** The statistical power of the seeds, in a sentence, before the results. */
function power({ rows }: Reproduction): Html {
  const all = rows.flatMap(({ network, comparisons }) => comparisons.map((one) => ({ network, ...one })));
  const known = all
    .flatMap((one) => (one.gain.detectable === undefined ? [] : [{ ...one, least: one.gain.detectable }]))
    .sort((a, b) => a.least - b.least);
  const [best, worst] = [known[0], known.at(-1)];
  if (!all.length) return html``;
  if (!best || !worst)
    return html`<p class="lead">Only one pair per comparison: no gain can be distinguished from chance.</p>`;
  const text = ({ least, network, arm, against }: typeof best): string =>
    `${least.toFixed(2)} points (${network}, ${arm} against ${against})`;
  return html`<p class="lead">
    Detectable gain: with these seeds, a gain must be at least
    ${best === worst ? text(best) : `${text(best)} to ${text(worst)}`} to exceed two standard errors; with
    fewer than about ten pairs, the 95 % interval is even wider. P-values are not corrected for the number of
    comparisons.
  </p>`;
}

function divergedHtml({ unfinished }: Reproduction): Html {
  const count = unfinished.filter(({ state }) => state === 'diverged').length;
  if (!count) return html``;
  return html`<div class="problems">
    ${count} run${count === 1 ? '' : 's'} diverged; the pairs without ${count === 1 ? 'it' : 'them'} are a
    selected sample.
  </div>`;
}

function unfinishedHtml({ unfinished }: Reproduction): Html {
  if (!unfinished.length) return html``;
  return html`<details class="box">
    <summary>${unfinished.length} unfinished runs of the grid</summary>
    <pre>${unfinished.map(({ name, state }) => `${name}  ${state}`).join('\n')}</pre>
  </details>`;
}

function verdictHtml(reproduction: Reproduction): Html {
  const sentences = verdictSentences(reproduction);
  if (!sentences.length) return html``;
  return html`<h2>Is the talk’s gain reproduced?</h2>
    ${sentences.map((sentence) => html`<p class="lead">${sentence}</p>`)}
    ${tableHtml(verdictTable(reproduction), "The talk's gain")}`;
}

export function reproductionPageHtml(
  reproduction: Reproduction,
  overview: readonly DrawnFigure[],
  networks: readonly NetworkSection[],
): string {
  const { preset, recipe, changed, measuredOn, finished, unfinished, machines } = reproduction;
  const settings = Object.entries(changed).map(([key, value]) => `${key} ${String(value)}`);
  const drawn = [...overview, ...networks.flatMap(({ figures }) => figures)].flatMap(({ svgs }) => svgs);
  const title = `The talk's table, preset ${preset}: ${finished} of ${finished + unfinished.length} runs`;
  const comparisons = comparisonTable(reproduction);
  return documentHtml({
    title,
    dark: `.panels [fill="#ffffff"]{fill:var(--card)}\n${darkRules('.panels', drawn)}`,
    style,
    body: html`<h1>${title}</h1>
      <p class="lead">
        Recipe: ${recipe}${settings.length ? `; here ${settings.join(', ')}` : ''}. Errors are measured on the
        ${measuredOn} set once, after the last epoch; no best epoch is selected. ${machines.join('; ')}
      </p>
      ${power(reproduction)} ${divergedHtml(reproduction)}
      ${tableHtml(reproductionTable(reproduction), "The talk's table")} ${verdictHtml(reproduction)}
      <h2>Overview</h2>
      <div class="figures">${overview.map(figureHtml)}</div>
      ${
        comparisons.rows.length
          ? html`<h2>Paired by seed</h2>
              ${tableHtml(comparisons, 'Comparisons', 3)}`
          : html``
      }
      ${
        finished
          ? html`<h2>Schemes</h2>
              ${tableHtml(armTable(reproduction), 'Schemes', 2)}`
          : html``
      }
      ${networks.map(
        ({ network, figures }) =>
          html`<h2>${network}</h2>
            <div class="figures">${figures.map(figureHtml)}</div>`,
      )}
      ${unfinishedHtml(reproduction)}`,
  });
}
