/** The page of `verify`: every claim with its statement, its figures, and the deciding numbers. */
import type { ClaimResult } from '../runs/index.ts';
import { documentHtml } from './document.ts';
import { formatBand, formatMeasured, formatWithError } from './claim-numbers.ts';
import { darkRules, formatDuration } from '../draw/index.ts';
import { html, type Html, inlineSvg } from './html.ts';
import { mathText } from '../pictures/index.ts';
import { mathHtml } from './math-html.ts';
import { numberHtml } from './number-html.ts';

export interface ClaimSection {
  readonly result: ClaimResult;
  /** One SVG document per panel, in order; '' for an empty panel. */
  readonly svgs: readonly string[];
  /** Names of the files beside the page. */
  readonly files: readonly string[];
}

interface ClaimsPage {
  readonly sections: readonly ClaimSection[];
  readonly seed: number;
  readonly quick: boolean;
}

const style = `
.claim{margin-top:36px}
.claim h2{margin:0 0 4px;display:flex;gap:10px;align-items:baseline;flex-wrap:wrap}
.claim .id{color:var(--muted);font-weight:550}
.verdict{font-size:12.5px;font-weight:650;padding:1px 8px;border-radius:9px;border:1px solid currentcolor}
.pass{color:#00704f}.fail{color:#b3261e}
.claim .statement{color:var(--muted);margin-bottom:6px}
.claim .panels{padding:14px 16px 10px}
.claim h3{font-weight:550;font-size:13.5px;margin-bottom:4px}
.claim .body{display:grid;gap:14px;align-items:start;margin-top:12px}
.claim .panels{margin:0}
.claim .files{color:var(--muted);font-size:13px;margin:8px 0 0;max-width:none}
.files a{color:inherit;margin-right:4px;white-space:nowrap}
td a{color:var(--accent)}
sub,sup{line-height:0;font-size:.72em}
@media(min-width:1000px){.claim .body.one{grid-template-columns:minmax(0,5fr) minmax(0,7fr)}}
@media(prefers-color-scheme:dark){.pass{color:#3ccb9f}.fail{color:#ff8f85}}
`;

const verdict = (pass: boolean): Html =>
  html`<span class="verdict ${pass ? 'pass' : 'fail'}">${pass ? 'holds' : 'fails'}</span>`;

function checksHtml({ checks, reported, error }: ClaimResult): Html {
  if (error !== undefined) return html`<div class="problems">Could not be measured: ${error}</div>`;
  const rows = checks.map(
    (check) =>
      html`<tr>
        <th scope="row">${mathHtml(check.name)}</th>
        <td class="number">${numberHtml(formatBand(check.band))}</td>
        <td class="number">${numberHtml(formatWithError(check))}</td>
        <td class="${check.pass ? 'pass' : 'fail'}">${check.pass ? 'pass' : 'FAIL'}</td>
      </tr> `,
  );
  const facts = Object.entries(reported).map(
    ([name, value]) =>
      html`<tr>
        <th scope="row">${mathHtml(name)}</th>
        <td class="number">reported</td>
        <td class="number">${numberHtml(formatMeasured(value))}</td>
        <td></td>
      </tr> `,
  );
  return html`<div class="box scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">Quantity</th>
          <th scope="col" class="number">Required</th>
          <th scope="col" class="number">Measured (standard error)</th>
          <th scope="col"></th>
        </tr>
      </thead>
      <tbody>
        ${[...rows, ...facts]}
      </tbody>
    </table>
  </div>`;
}

/** The page works without them. */
function filesHtml(files: readonly string[]): Html {
  const links = files.map((file) => html`<a href="${encodeURIComponent(file)}">${file}</a> `);
  return files.length ? html`<p class="files">Files: ${links}</p>` : html``;
}

function sectionHtml({ result, svgs, files }: ClaimSection): Html {
  const { id, title, statement, sentence, panels, pass } = result;
  const drawings = svgs.flatMap((svg, i) => {
    const panel = panels[i];
    if (!svg || !panel) return [];
    const alt = mathText(
      `${panel.title}: ${panel.y.title} against ${panel.x.title}, ${panel.series.map(({ name }) => name).join(', ')}`,
    );
    return [
      html`<div>
        <h3>${mathHtml(panel.title)}</h3>
        ${inlineSvg(svg, `${id}-${i}`, alt)}
      </div>`,
    ];
  });
  return html`<section class="claim" id="${id}">
    <h2><span class="id">${id}</span>${mathHtml(title)} ${verdict(pass)}</h2>
    <p class="statement">${mathHtml(statement)}</p>
    <p>${mathHtml(sentence)}</p>
    <div class="${drawings.length === 1 ? 'body one' : 'body'}">
      ${drawings.length ? html`<div class="box panels">${drawings}</div>` : html``} ${checksHtml(result)}
    </div>
    ${filesHtml(files)}
  </section> `;
}

export function claimsPageHtml({ sections, seed, quick }: ClaimsPage): string {
  const held = sections.filter(({ result }) => result.pass).length;
  const seconds = sections.reduce((sum, { result }) => sum + result.seconds, 0);
  const title = `${held} of ${sections.length} claims hold`;
  const drawn = sections.flatMap(({ svgs }) => svgs);
  const dark = darkRules('svg', drawn);
  const contents = sections.map(
    ({ result }) =>
      html`<tr>
        <td><a href="#${result.id}">${result.id}</a></td>
        <td>${mathHtml(result.title)}</td>
        <td>${verdict(result.pass)}</td>
        <td class="number">${formatDuration(result.seconds)}</td>
      </tr> `,
  );
  return documentHtml({
    title: `meanfield verify: ${title}`,
    dark,
    style,
    body: html`<h1>${title}</h1>
      <p class="name">
        Statements of <em>A Mean Field Analysis of Deep ResNet</em> (Lu, Ma, Lu, Lu, Ying), each as a
        computation that can fail. Seed ${seed}${quick ? ', quick version' : ''}, ${formatDuration(seconds)}
        of one core.
      </p>
      <div class="box scroll">
        <table>
          <tbody>
            ${contents}
          </tbody>
        </table>
      </div>
      ${sections.map(sectionHtml)}`,
  });
}
