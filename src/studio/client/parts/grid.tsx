/** A virtualised table: only the visible rows are in the document. */
import type { ComponentChildren, JSX } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from './icons.tsx';

export interface Column<R> {
  readonly key: string;
  readonly title: string;
  /** Tooltip of the title. */
  readonly hint?: string;
  readonly numeric?: boolean;
  /** A track of a CSS grid, such as `minmax(200px, 1fr)`. */
  readonly width: string;
  readonly sortable?: boolean;
  readonly cell: (row: R, index: number) => ComponentChildren;
}

export interface Sort {
  readonly key: string;
  readonly descending: boolean;
}

interface GridProps<R> {
  readonly label: string;
  readonly columns: readonly Column<R>[];
  readonly rows: readonly R[];
  readonly keyOf: (row: R) => string;
  readonly rowHeight: number;
  readonly sort?: Sort;
  readonly onSort?: (key: string) => void;
  /** On Enter, or a click outside of controls. */
  readonly onOpen: (row: R) => void;
  readonly isSelected?: (row: R) => boolean;
  /** On Space. */
  readonly onToggle?: (row: R) => void;
  readonly rowClass?: (row: R) => string;
}

/** Estimated height above a grid in px, used until its own height is known. */
const aboveGrid = 140;
/** Rows rendered above and below the visible range. */
const overscan = 8;
const pageOf = (height: number, rowHeight: number): number => Math.max(1, Math.floor(height / rowHeight) - 2);

export function Grid<R>(props: GridProps<R>): JSX.Element {
  const { label, columns, rows, keyOf, rowHeight, sort, onSort } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState(() => ({ top: 0, height: window.innerHeight - aboveGrid }));
  const [active, setActive] = useState(0);
  const focusWanted = useRef(false);

  const look = useCallback(() => {
    const box = scroller.current;
    if (box)
      setView((old) =>
        old.top === box.scrollTop && old.height === box.clientHeight
          ? old
          : { top: box.scrollTop, height: box.clientHeight },
      );
  }, []);
  // The first render contains only the visible rows and forces no layout; the observer reports the height afterwards.
  const [ready, setReady] = useState(false);
  useEffect(() => {
    if (rows.length > 0)
      requestAnimationFrame(() => {
        setReady(true);
      });
  }, [rows.length > 0]);
  useEffect(() => {
    const observer = new ResizeObserver(look);
    if (scroller.current) observer.observe(scroller.current);
    return () => {
      observer.disconnect();
    };
  }, []);

  const at = Math.min(active, Math.max(rows.length - 1, 0));
  useEffect(() => {
    if (!focusWanted.current) return;
    focusWanted.current = false;
    scroller.current?.querySelector<HTMLElement>(`[data-index="${at}"]`)?.focus({ preventScroll: true });
  });

  const move = (to: number): void => {
    const index = Math.min(Math.max(to, 0), rows.length - 1);
    const box = scroller.current;
    if (!box || index < 0) return;
    const header = box.querySelector<HTMLElement>('.grid-header')?.offsetHeight ?? 0;
    const [top, bottom] = [index * rowHeight, (index + 1) * rowHeight + header];
    if (top < box.scrollTop) box.scrollTop = top;
    else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
    focusWanted.current = true;
    setActive(index);
    look();
  };
  const onKey = (event: KeyboardEvent): void => {
    const row = rows[at];
    if (
      !(event.target as HTMLElement).hasAttribute('data-index') ||
      row === undefined ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey
    )
      return;
    const page = pageOf(view.height, rowHeight);
    const target = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: rows.length - 1,
    }[event.key];
    if (target !== undefined) move(target);
    else if (event.key === 'Enter') props.onOpen(row);
    else if (event.key === ' ' && props.onToggle) props.onToggle(row);
    else return;
    event.preventDefault();
  };

  const beyond = ready ? overscan : 0;
  const first = Math.max(0, Math.floor(view.top / rowHeight) - beyond);
  const last = Math.min(rows.length, Math.ceil((view.top + view.height) / rowHeight) + beyond);
  const shown = rows.slice(first, last);
  // The row reachable by Tab stays in the document wherever the table is scrolled.
  const template = columns.map(({ width }) => width).join(' ');
  const reachable = at >= first && at < last ? at : first;

  return (
    <div class="grid-scroll" ref={scroller} onScroll={look} style={{ '--columns': template }}>
      <div
        class="grid"
        role="grid"
        aria-label={label}
        aria-rowcount={rows.length + 1}
        aria-colcount={columns.length}
        aria-multiselectable={props.onToggle ? true : undefined}
        onKeyDown={onKey}
      >
        <div class="grid-header" role="row" aria-rowindex={1}>
          {columns.map((column) => (
            <Header key={column.key} column={column} sort={sort} onSort={onSort} />
          ))}
        </div>
        <div class="grid-body" role="rowgroup" style={{ height: `${rows.length * rowHeight}px` }}>
          {shown.map((row, i) => {
            const index = first + i;
            const selected = props.isSelected?.(row);
            return (
              <div
                key={keyOf(row)}
                class={`grid-row ${selected ? 'selected' : ''} ${props.rowClass?.(row) ?? ''}`}
                role="row"
                aria-rowindex={index + 2}
                aria-selected={selected}
                data-index={index}
                tabIndex={index === reachable ? 0 : -1}
                style={{ transform: `translateY(${index * rowHeight}px)`, height: `${rowHeight}px` }}
                onFocus={() => {
                  setActive(index);
                }}
                onClick={(event) => {
                  if (!(event.target as HTMLElement).closest('a, button, input, label')) props.onOpen(row);
                }}
              >
                {columns.map((column) => (
                  <div
                    key={column.key}
                    role="gridcell"
                    class={`grid-cell cell-${column.key} ${column.numeric ? 'numeric' : ''}`}
                  >
                    {column.cell(row, index)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Header<R>({
  column: { key, title, hint, numeric, sortable },
  sort,
  onSort,
}: {
  readonly column: Column<R>;
  readonly sort: Sort | undefined;
  readonly onSort: ((key: string) => void) | undefined;
}): JSX.Element {
  const mine = sort?.key === key;
  return (
    <div
      role="columnheader"
      class={`grid-cell cell-${key} ${numeric ? 'numeric' : ''}`}
      aria-sort={mine ? (sort.descending ? 'descending' : 'ascending') : undefined}
      title={hint}
    >
      {sortable && onSort ? (
        <button
          type="button"
          class={mine ? 'sorted' : ''}
          onClick={() => {
            onSort(key);
          }}
        >
          {title}
          {mine && <Icon name={sort.descending ? 'down' : 'up'} />}
        </button>
      ) : (
        <span class={title.startsWith('(') ? 'hidden' : ''}>{title.replace(/^\(|\)$/g, '')}</span>
      )}
    </div>
  );
}
