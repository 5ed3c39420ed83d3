/** The numbers of a panel: as a table, and as a specification that other tools draw. */

export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Names of the columns that a plain drawing of a table uses. */
export interface PlainDrawing {
  readonly mark: 'line' | 'point' | 'bar' | 'rect';
  readonly x: string;
  readonly y: string;
  readonly colour?: string;
}

export const toRecords = ({ header, rows }: Table): Record<string, unknown>[] =>
  rows.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i] ?? null])));

/** A Vega-Lite specification that holds the table. It draws the same numbers, in Vega-Lite's own style. */
export function vegaLite(table: Table, { mark, x, y, colour }: PlainDrawing): Record<string, unknown> {
  const channel = (name: string): Record<string, unknown> => {
    const at = table.header.indexOf(name);
    const numeric = mark !== 'rect' && table.rows.every((row) => typeof row[at] !== 'string');
    // Dots and brackets in a name would address parts of a record.
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
