/** The numbers of a panel, as a table and as a specification for other tools. */

export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Column names used by a plain drawing of a table. */
export interface PlainDrawing {
  readonly mark: 'line' | 'point' | 'bar' | 'rect';
  readonly x: string;
  readonly y: string;
  readonly colour?: string;
}

export const toRecords = ({ header, rows }: Table): Record<string, unknown>[] =>
  rows.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i] ?? null])));

/** A Vega-Lite specification that contains the table. It draws the same numbers in Vega-Lite's style. */
export function vegaLite(table: Table, { mark, x, y, colour }: PlainDrawing): Record<string, unknown> {
  const channel = (name: string): Record<string, unknown> => {
    const at = table.header.indexOf(name);
    const numeric = mark !== 'rect' && table.rows.every((row) => typeof row[at] !== 'string');
    // Vega-Lite reads dots and brackets in a name as paths into a record.
    return {
      field: name.replace(/[.[\]]/g, '\\$&'),
      title: name,
      type: numeric ? 'quantitative' : 'nominal',
    };
  };
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    data: { values: toRecords(table) },
    mark,
    encoding: { x: channel(x), y: channel(y), ...(colour && { color: channel(colour) }) },
  };
}
