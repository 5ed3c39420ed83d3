/**
 * Canvases that fill their place and are drawn anew whenever they or what is drawn changes: once a frame. What stays while a
 * cursor moves has a canvas of its own beneath: drawing thousands of points costs more than a frame where no graphics card helps.
 */
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { drawPicture, type Mark, type Picture, type Theme } from '../../../draw/index.ts';
import { theme } from '../theme.ts';

export interface StageProps {
  /** The height follows from the width, both in px. */
  readonly height: (width: number) => number;
  /** Drawn only where it is another picture than before. */
  readonly draw: (width: number, height: number, theme: Theme) => Picture;
  /** What moves over it. */
  readonly over?: (width: number, height: number, theme: Theme) => readonly Mark[];
}

export function Stage({ height, draw, over }: StageProps): JSX.Element {
  const below = useRef<HTMLCanvasElement>(null);
  const above = useRef<HTMLCanvasElement>(null);
  const frame = useRef(0);
  const drawn = useRef<Picture | undefined>(undefined);
  const [width, setWidth] = useState(0);
  const colours = theme.value;
  const tall = Math.round(height(width));

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

  // A frame that waits draws what was asked for last.
  const latest = useRef({ draw, over, width, tall, colours });
  latest.current = { draw, over, width, tall, colours };
  useEffect(() => {
    if (width < 1) return;
    frame.current ||= requestAnimationFrame(() => {
      frame.current = 0;
      const now = latest.current;
      const picture = now.draw(now.width, now.tall, now.colours);
      const resized = below.current !== null && fit(below.current, now.width, now.tall);
      // Opaque: text is drawn more crisply.
      const context = below.current?.getContext('2d', { alpha: false });
      if (context && (resized || picture !== drawn.current))
        drawPicture(context, picture, window.devicePixelRatio);
      drawn.current = picture;
      if (now.over && above.current)
        drawAbove(above.current, now.width, now.tall, now.over(now.width, now.tall, now.colours));
    });
  });
  useEffect(
    () => () => {
      cancelAnimationFrame(frame.current);
    },
    [],
  );

  const style = { width: '100%', height: `${tall}px` };
  return (
    <div class="stage" style={{ height: `${tall}px` }}>
      <canvas ref={below} aria-hidden="true" style={style} />
      {over && <canvas ref={above} class="stage-over" aria-hidden="true" style={style} />}
    </div>
  );
}

/** Setting a size clears a canvas, so it is done only where it is another one. @returns whether it was */
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
