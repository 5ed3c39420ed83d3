/** The header of a chart or table: title, tools and the save menu. */
import type { ComponentChildren, JSX } from 'preact';
import { Menu, type MenuItem } from './controls.tsx';

interface ChartHeadProps {
  readonly title: string;
  readonly level?: 2 | 3;
  /** Id of the heading, for aria-labelledby. */
  readonly id?: string;
  /** Export formats; without any, there is no menu. */
  readonly save: readonly MenuItem[];
  /** Text after the heading. */
  readonly note?: string;
  /** Further tools, before the menu. */
  readonly children?: ComponentChildren;
}

export function ChartHead({ title, level = 3, id, save, note, children }: ChartHeadProps): JSX.Element {
  const Heading = `h${level}` as const;
  return (
    <div class="chart-head">
      <Heading id={id}>{title}</Heading>
      {note !== undefined && <span class="quiet">{note}</span>}
      <div class="chart-tools">
        {children}
        {save.length > 0 && <Menu label="" hiddenLabel={`Save ${title}`} icon="save" items={save} />}
      </div>
    </div>
  );
}

/** A table with a heading; a wide one scrolls in place, also by keyboard. */
export function TableSection({
  title,
  level = 2,
  id,
  save,
  tall = false,
  caption,
  children,
}: {
  readonly title: string;
  readonly level?: 2 | 3;
  readonly id: string;
  readonly save: readonly MenuItem[];
  /** Whether it scrolls vertically too. */
  readonly tall?: boolean;
  readonly caption?: string;
  /** The table. */
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <section class="chart" aria-labelledby={id}>
      <ChartHead title={title} level={level} id={id} save={save} />
      <div class={tall ? 'scroll tall' : 'scroll'} tabIndex={0} role="group" aria-labelledby={id}>
        {children}
      </div>
      {caption !== undefined && <p class="caption">{caption}</p>}
    </section>
  );
}
