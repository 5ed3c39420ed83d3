/** HTML templates that escape every value that is not already HTML. */

/** Trusted HTML. */
export interface Html {
  readonly html: string;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** Trusted text: SVG and CSS that this project made. */
export const raw = (html: string): Html => ({ html });

type Value = string | number | undefined | Html | readonly Html[];

function valueToHtml(value: Value): string {
  if (value === undefined) return '';
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value));
  return 'html' in value ? value.html : value.map(({ html }) => html).join('');
}

/** html`<p title="${text}">${parts}</p>` */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return { html: strings.map((part, i) => part + valueToHtml(values[i])).join('') };
}

/**
 * Embeds an SVG document in a page: sized by the page, with unique ids and a text alternative in place of its title.
 */
export function inlineSvg(svg: string, id: string, label: string): Html {
  const own = svg
    .replace(/ id="([^"]+)"/g, ` id="${id}-$1"`)
    .replace(/url\(#([^)]+)\)/g, `url(#${id}-$1)`)
    .replace(/^<svg ([^>]*)>(?:<title>[^<]*<\/title>)?/, (_, attributes: string) => {
      const kept = attributes.replace(/ ?\b(class|width|height|role)="[^"]*"/g, '');
      return `<svg ${kept} role="img" aria-label="${escapeHtml(label)}">`;
    });
  return raw(own);
}
