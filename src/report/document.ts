/** The HTML document around every page: one file, no script, no network, light and dark. */
import { html, type Html, raw } from './html.ts';
import { pageStyle } from './page-style.ts';

interface Document {
  readonly title: string;
  /** Extra rules for a dark page, besides the variables. */
  readonly dark: string;
  /** Rules for this page alone. */
  readonly style?: string;
  readonly body: Html;
}

export function documentHtml({ title, dark, style = '', body }: Document): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <title>${title}</title>
        <style>
          ${raw(pageStyle(dark, style))}
        </style>
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html> `.html;
}
