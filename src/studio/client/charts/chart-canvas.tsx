/**
 * Two stacked canvases that fill their container and redraw at most once per frame. The lower one is redrawn only
 * when its picture changes, since drawing thousands of points without a graphics card takes longer than a frame; the
 * upper one follows the cursor.
 */
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { drawPicture, type Mark, type Picture, type Theme } from '../../../draw/index.ts';
import { theme } from '../theme.ts';

interface ChartCanvasProps {
  /** Height as a function of the width, both in px. */
  readonly height: (width: number) => number;
  /** Returns the picture; it is drawn only if it is not the previous one. */
  readonly draw: (width: number, height: number, theme: Theme) => Picture;
  /** Marks of the overlay. */
  readonly over?: (width: number, height: number, theme: Theme) => readonly Mark[];
}

export function ChartCanvas({ height, draw, over }: ChartCanvasProps): JSX.Element {
  const below = useRef<HTMLCanvasElement>(null);
  const above = useRef<HTMLCanvasElement>(null);
  const frame = useRef(0);
  const drawn = useRef<Picture | undefined>(undefined);
  const [width, setWidth] = useState(0);
  const colours = theme.value;
  const pixelHeight = Math.round(height(width));

  useLayoutEffect(() => {
    const box = below.current?.parentElement;
    if (!box) return;
    setWidth(box.clientWidth);
    const observer = new ResizeObserver(() => {
      setWidth(box.clientWidth);
    });
    observer.observe(box);
    return () => {
      observer.disconnect();
    };
  }, []);

  // A pending frame draws the latest props.
  const latest = useRef({ draw, over, width, pixelHeight, colours });
  latest.current = { draw, over, width, pixelHeight, colours };
  useEffect(() => {
    if (width < 1) return;
    frame.current ||= requestAnimationFrame(() => {
      frame.current = 0;
      const now = latest.current;
      const picture = now.draw(now.width, now.pixelHeight, now.colours);
      const resized = below.current !== null && fit(below.current, now.width, now.pixelHeight);
      // An opaque canvas renders text more crisply.
      const context = below.current?.getContext('2d', { alpha: false });
      if (context && (resized || picture !== drawn.current))
        drawPicture(context, picture, window.devicePixelRatio);
      drawn.current = picture;
      if (now.over && above.current)
        drawAbove(
          above.current,
          now.width,
          now.pixelHeight,
          now.over(now.width, now.pixelHeight, now.colours),
        );
    });
  });
  useEffect(
    () => () => {
      cancelAnimationFrame(frame.current);
    },
    [],
  );

  const style = { width: '100%', height: `${pixelHeight}px` };
  return (
    <div class="stage" style={{ height: `${pixelHeight}px` }}>
      <canvas ref={below} aria-hidden="true" style={style} />
      {over && <canvas ref={above} class="stage-over" aria-hidden="true" style={style} />}
    </div>
  );
}

/** Setting the size clears a canvas, so it is set only if it differs. @returns whether it was set */
function fit(canvas: HTMLCanvasElement, width: number, height: number): boolean {
  const ratio = window.devicePixelRatio;
  const [columns, rows] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width === columns && canvas.height === rows) return false;
  canvas.width = columns;
  canvas.height = rows;
  return true;
}

function drawAbove(canvas: HTMLCanvasElement, width: number, height: number, marks: readonly Mark[]): void {
  fit(canvas, width, height);
  const context = canvas.getContext('2d');
  if (!context) return;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  drawPicture(
    context,
    { width, height, background: 'transparent', marks, description: '' },
    window.devicePixelRatio,
  );
}
