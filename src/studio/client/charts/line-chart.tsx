/** A line chart with a cursor, zoom and a legend of values. The saved SVG has the same marks as the canvas. */
import { formatShort, missing, type Theme } from '../../../draw/index.ts';
import type { ComponentChildren, JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { ChartHead } from '../parts/chart-head.tsx';
import { Button } from '../parts/controls.tsx';
import { pictureItems } from '../parts/save.ts';
import { cssColour, theme } from '../theme.ts';
import { useMemoizer } from './memoizer.ts';
import { type ChartLines, drawLines, type Drawn, overLines } from './lines.ts';
import { indexAt, linesTable, nearest, type Series } from '../../../pictures/index.ts';
import { ChartCanvas } from './chart-canvas.tsx';

interface LineChartProps {
  readonly lines: ChartLines;
  /** Also label the ends of the lines. Default false. */
  readonly named?: boolean;
  readonly height?: number;
  readonly cursor: number | undefined;
  /** `keep`: set deliberately, not just by hovering; x is undefined when the pointer leaves. */
  readonly onCursor: (x: number | undefined, keep: boolean) => void;
  readonly zoom: readonly [number, number] | undefined;
  readonly onZoom: (zoom: readonly [number, number] | undefined) => void;
  /** Label of an x value: `step 400, epoch 2`. */
  readonly labelOf: (x: number) => string;
  readonly log?: boolean;
  readonly onLog?: (log: boolean) => void;
  readonly children?: ComponentChildren;
}

/** Shorter drags are clicks, in px. */
const minDrag = 5;

export function LineChart(props: LineChartProps): JSX.Element {
  const { lines, cursor, zoom, onCursor, onZoom, labelOf, height = 260 } = props;
  const [choosing, setChoosing] = useState<readonly [number, number] | undefined>(undefined);
  const drawn = useRef<Drawn | undefined>(undefined);
  const pressed = useRef<number | undefined>(undefined);
  const points = lines.series.reduce<readonly number[]>(
    (longest, { x }) => (x.length > longest.length ? x : longest),
    [],
  );

  const xOf = (event: PointerEvent): number => drawn.current?.plot.invert(event.offsetX, 0)[0] ?? 0;
  const snap = (x: number): number | undefined => points[nearest(points, x)];
  const onDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    pressed.current = event.offsetX;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
  };
  const onMove = (event: PointerEvent): void => {
    const start = pressed.current;
    if (start !== undefined && Math.abs(event.offsetX - start) > minDrag)
      setChoosing([drawn.current?.plot.invert(start, 0)[0] ?? 0, xOf(event)]);
    onCursor(snap(xOf(event)), false);
  };
  const onUp = (event: PointerEvent): void => {
    if (pressed.current === undefined) return;
    pressed.current = undefined;
    if (choosing) {
      const [from, to] = clampZoom(lines, choosing);
      if (to > from) onZoom([from, to]);
    } else onCursor(snap(xOf(event)), true);
    setChoosing(undefined);
  };
  const onLeave = (): void => {
    if (pressed.current === undefined) onCursor(undefined, false);
  };

  const at = cursor === undefined ? -1 : nearest(points, cursor);
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || !points.length) return;
    const [from, to] = zoom ?? [lines.x.from, lines.x.to];
    const seen = [nearest(points, from), nearest(points, to)] as const;
    const here = at < 0 ? (event.key === 'ArrowRight' ? seen[0] - 1 : seen[1] + 1) : at;
    const by = event.shiftKey ? 10 : 1;
    const target = {
      ArrowLeft: here - by,
      ArrowRight: here + by,
      ArrowDown: here - by,
      ArrowUp: here + by,
      Home: seen[0],
      End: seen[1],
    }[event.key];
    if (target !== undefined) onCursor(points[Math.min(Math.max(target, seen[0]), seen[1])], true);
    else if (event.key === '+' || event.key === '=' || event.key === '-') {
      const centre = cursor ?? (from + to) / 2;
      const factor = event.key === '-' ? 2 : 0.5;
      const next = clampZoom(lines, [centre - (centre - from) * factor, centre + (to - centre) * factor]);
      onZoom(next[0] <= lines.x.from && next[1] >= lines.x.to ? undefined : next);
    } else if (event.key === 'Escape') {
      onZoom(undefined);
      onCursor(undefined, true);
    } else return;
    event.preventDefault();
  };

  const reading =
    at < 0
      ? lines.description
      : `${labelOf(points[at]!)}: ${lines.series.map((one) => `${one.name} ${valueAt(one, cursor)}`).join(', ')}`;
  const keep = useMemoizer<Drawn>();
  const draw = (width: number, tall: number, colours: Theme): Drawn =>
    keep([lines.series, lines.x.to, lines.y.scale, zoom?.[0], zoom?.[1], width, tall, colours], () =>
      drawLines(lines, zoom, width, tall, colours, props.named),
    );
  const toSave = (): Drawn['picture'] =>
    drawLines(lines, zoom, 760, Math.max(height, 300), theme.value, props.named).picture;

  return (
    <figure class="chart">
      <ChartHead title={lines.title} save={pictureItems(lines.id, toSave, () => linesTable(lines))}>
        {zoom && (
          <Button
            look="plain"
            onClick={() => {
              onZoom(undefined);
            }}
          >
            Reset zoom
          </Button>
        )}
        {props.onLog && (
          <Button
            look="plain"
            pressed={props.log ?? false}
            title="Logarithmic axis"
            onClick={() => {
              props.onLog?.(!props.log);
            }}
          >
            Log
          </Button>
        )}
      </ChartHead>
      <Legend lines={lines} cursor={cursor} place={at < 0 ? undefined : labelOf(points[at]!)} />
      <div
        class="chart-pointer"
        role="slider"
        tabIndex={0}
        aria-label={`${lines.title}: cursor`}
        aria-valuemin={lines.x.from}
        aria-valuemax={lines.x.to}
        aria-valuenow={at < 0 ? lines.x.to : points[at]!}
        aria-valuetext={reading}
        onKeyDown={onKey}
        onPointerDown={onDown}
        onPointerMove={onMove}
        onPointerUp={onUp}
        onPointerLeave={onLeave}
        onPointerCancel={() => {
          pressed.current = undefined;
          setChoosing(undefined);
        }}
        onDblClick={() => {
          onZoom(undefined);
        }}
      >
        <ChartCanvas
          height={() => height}
          draw={(width, tall, colours) => {
            drawn.current = draw(width, tall, colours);
            return drawn.current.picture;
          }}
          over={(width, tall, colours) =>
            overLines(lines, draw(width, tall, colours), { cursor, choosing }, colours)
          }
        />
      </div>
      {props.children}
      <figcaption>{lines.description}</figcaption>
    </figure>
  );
}

function clampZoom({ x }: ChartLines, [a, b]: readonly [number, number]): readonly [number, number] {
  const round = x.to - x.from > 20 ? Math.round : (value: number): number => value;
  return [Math.max(x.from, round(Math.min(a, b))), Math.min(x.to, round(Math.max(a, b)))];
}

function valueAt({ x, y }: Series, cursor: number | undefined): string {
  const i = cursor === undefined ? -1 : indexAt(x, cursor);
  return i < 0 ? missing : formatShort(y[i]);
}

/** Names with colours, and the values at the cursor or at the end. */
function Legend({
  lines,
  cursor,
  place,
}: {
  readonly lines: ChartLines;
  /** Also label the ends of the lines. Default false. */
  readonly named?: boolean;
  readonly cursor: number | undefined;
  readonly place: string | undefined;
}): JSX.Element {
  return (
    <p class="legend">
      {lines.series.map((one) => (
        <span key={one.name} class="legend-item">
          <span
            class={one.dash?.length ? 'swatch dashed' : 'swatch'}
            style={{ color: cssColour(one.colour) }}
            aria-hidden="true"
          />
          {one.name} <b>{valueAt(one, cursor ?? one.x.at(-1))}</b>
        </span>
      ))}
      <span class="legend-place">{place ?? ''}</span>
    </p>
  );
}
