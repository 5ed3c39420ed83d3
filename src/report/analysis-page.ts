/** The page of `analyse`: a trained net as an ensemble of paths and as a mean-field flow. */
import type { Analysis, AnalysisSection, Check } from '../runs/index.ts';
import { documentHtml } from './document.ts';
import { formatBand, formatMeasured } from './claim-numbers.ts';
import { darkRules, formatCount, formatDuration } from '../draw/index.ts';
import { html, type Html, inlineSvg } from './html.ts';
import { mathText } from '../pictures/index.ts';
import { mathHtml } from './math-html.ts';
import { numberHtml } from './number-html.ts';

/** A drawing with its title. */
export interface DrawnPanel {
  readonly title: string;
  /** Text alternative. */
  readonly alt: string;
  readonly svg: string;
}

interface DrawnSection {
  readonly section: AnalysisSection;
  readonly panels: readonly DrawnPanel[];
}

const style = `
.part{margin-top:40px}
.part h2{margin:0 0 4px}
.part .question{color:var(--muted);margin-bottom:6px}
.part .body{display:grid;gap:14px;align-items:start;margin-top:12px}
.part .box.drawings{padding:14px 16px 12px}
.part h3{font-weight:550;font-size:13.5px;margin-bottom:4px}
.part .panels{margin:0;gap:14px 24px}
.part .caption{color:var(--muted);font-size:13px;line-height:1.5;max-width:100ch;margin:8px 0 0}
.part .box.scroll{max-width:860px}
@media(min-width:1100px){.part .body.beside{grid-template-columns:minmax(0,5fr) minmax(0,3fr)}}
.pass{color:#00704f}.fail{color:#b3261e}
sub,sup{line-height:0;font-size:.72em}
nav{margin:0 0 16px}
nav a{color:var(--accent);margin-right:14px}
@media(prefers-color-scheme:dark){.pass{color:#3ccb9f}.fail{color:#ff8f85}}
`;

const verdicts = {
  checks: { pass: 'holds (identity)', fail: 'FAILS: a bug in the program' },
  findings: { pass: 'holds', fail: 'does not hold' },
} as const;

function rowsOf({ checks, findings, reported }: AnalysisSection): Html[] {
  const row = (name: string, measured: number, wanted: string, verdict: Html): Html =>
    html`<tr>
      <th scope="row">${mathHtml(name)}</th>
      <td class="number">${numberHtml(formatMeasured(measured))}</td>
      <td class="number">${numberHtml(wanted)}</td>
      <td>${verdict}</td>
    </tr> `;
  const judged = (list: readonly Check[], kind: keyof typeof verdicts): Html[] =>
    list.map(({ name, measured, band, pass }) => {
      const word = pass ? 'pass' : 'fail';
      return row(
        name,
        measured,
        formatBand(band),
        html`<span class="${word}">${verdicts[kind][word]}</span>`,
      );
    });
  return [
    ...Object.entries(reported).map(([name, value]) => row(name, value, '', html``)),
    ...judged(findings, 'findings'),
    ...judged(checks, 'checks'),
  ];
}

function tableHtml(section: AnalysisSection): Html {
  const rows = rowsOf(section);
  return rows.length
    ? html`<div class="box scroll">
        <table>
          <tbody>
            ${rows}
          </tbody>
        </table>
      </div>`
    : html``;
}

function sectionHtml({ section, panels }: DrawnSection): Html {
  const { id, title, question, sentence, caption } = section;
  const drawings = panels.map(
    ({ title: name, alt, svg }, i) =>
      html`<div>
        <h3>${mathHtml(name)}</h3>
        ${inlineSvg(svg, `${id}-${i}`, mathText(alt))}
      </div>`,
  );
  return html`<section class="part" id="${id}">
    <h2>${title}</h2>
    <p class="question">${mathHtml(question)}</p>
    <p>${mathHtml(sentence)}</p>
    <div class="body ${drawings.length > 2 ? '' : 'beside'}">
      ${
        drawings.length
          ? html`<div class="box drawings">
              <div class="panels">${drawings}</div>
              <p class="caption">${mathHtml(caption)}</p>
            </div>`
          : html``
      }
      ${tableHtml(section)}
    </div>
  </section> `;
}

function stagesHtml({ stages }: Analysis): Html {
  const rows = stages.map(
    ({ name, order, steps }) =>
      html`<tr>
        <th scope="row">${name}</th>
        <td>
          ${order.length ? order.map((particle, l) => `${particle} (${(steps[l] ?? 0).toFixed(2)})`).join(', ') : 'none'}
        </td>
      </tr> `,
  );
  return html`<div class="box scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">Stage</th>
          <th scope="col">Exchangeable blocks in depth order (step size)</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

export function analysisPageHtml(analysis: Analysis, sections: readonly DrawnSection[]): string {
  const { model, scheme, dataset, trainingSeed, step, images, gradientImages, draws, seed, seconds, run } =
    analysis;
  const title = `${model}, ${scheme}, seed ${trainingSeed}, on ${dataset}: analysis`;
  const dark = darkRules(
    'svg',
    sections.flatMap(({ panels }) => panels.map(({ svg }) => svg)),
  );
  const links = sections.map(({ section }) => html`<a href="#${section.id}">${section.title}</a> `);
  return documentHtml({
    title,
    dark,
    style,
    body: html`<h1>${title}</h1>
      <p class="name">
        ${run}, step ${formatCount(step)}. ${formatCount(images)} test images for errors,
        ${formatCount(gradientImages)} for derivatives; at most ${draws} draws per kind, seed ${seed};
        ${formatDuration(seconds)}.
      </p>
      <nav>${links}</nav>
      ${stagesHtml(analysis)} ${sections.map(sectionHtml)}`,
  });
}
