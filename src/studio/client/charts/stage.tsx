/** A canvas that fills its place and is drawn anew whenever it or what is drawn changes: once a frame. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { drawPicture, type Picture, type Theme } from '../../draw/index.ts';
import { theme } from '../theme.ts';

export interface StageProps {
  /** The height follows from the width, both in px. */
  readonly height: (width: number) => number;
  readonly draw: (width: number, height: number, theme: Theme) => Picture;
  /** Over the canvas. */
  readonly children?: ComponentChildren;
}

export function Stage({ height, draw, children }: StageProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef(0);
  const [width, setWidth] = useState(0);
  const colours = theme.value;
  const tall = Math.round(height(width));

  useLayoutEffect(() => {
    const box = canvas.current?.parentElement;
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
  const latest = useRef(draw);
  latest.current = draw;
  useEffect(() => {
    if (width < 1) return;
    frame.current ||= requestAnimationFrame(() => {
      frame.current = 0;
      const element = canvas.current;
      // Opaque: text is drawn more crisply.
      const context = element?.getContext('2d', { alpha: false });
      if (!element || !context) return;
      const ratio = window.devicePixelRatio;
      const [columns, rows] = [Math.round(width * ratio), Math.round(tall * ratio)];
      if (element.width !== columns) element.width = columns;
      if (element.height !== rows) element.height = rows;
      drawPicture(context, latest.current(width, tall, colours), ratio);
    });
  });
  useEffect(
    () => () => {
      cancelAnimationFrame(frame.current);
    },
    [],
  );

  return (
    <div class="stage" style={{ height: `${tall}px` }}>
      <canvas ref={canvas} aria-hidden="true" style={{ width: '100%', height: `${tall}px` }} />
      {children}
    </div>
  );
}
