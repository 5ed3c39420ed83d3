/** A picture on a canvas that redraws itself when a signal that it was made from changes: once a frame, without Preact. */
import { effect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { drawPicture, type Picture, type Theme } from '../../draw/index.ts';
import type { ReadonlySignal } from '@preact/signals';

export interface PictureCanvasProps {
  /** Makes the picture for a size; the signals it reads are those that redraw it. */
  readonly picture: (width: number, height: number, theme: Theme) => Picture;
  readonly theme: ReadonlySignal<Theme>;
  /** Of the canvas in px, from its width. */
  readonly height: (width: number) => number;
  /** Position of the pointer in px while it is pressed or hovers; undefined when it leaves. */
  readonly onPointer?: (x: number, y: number, pressed: boolean) => void;
  readonly onLeave?: () => void;
}

/** Words for those who do not see it are renewed at most so often, in ms. */
const wordsEvery = 700;

export function PictureCanvas({ picture, theme, height, onPointer, onLeave }: PictureCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d', { alpha: false });
    if (!element || !context) return undefined;
    let frame = 0;
    let worded = 0;
    let stopDrawing = (): void => undefined;
    const draw = (): void => {
      frame = 0;
      stopDrawing();
      // The first run draws and learns which signals count; the second only asks for a frame.
      let first = true;
      stopDrawing = effect(() => {
        if (!first) {
          request();
          return;
        }
        first = false;
        const width = element.clientWidth;
        if (width === 0) return;
        const tall = Math.round(height(width));
        const made = picture(width, tall, theme.value);
        fit(element, width, tall);
        drawPicture(context, made, window.devicePixelRatio);
        window.clearTimeout(worded);
        worded = window.setTimeout(
          () => {
            element.setAttribute('aria-label', made.description);
          },
          element.hasAttribute('aria-label') ? wordsEvery : 0,
        );
      });
    };
    const request = (): void => {
      if (frame === 0) frame = requestAnimationFrame(draw);
    };
    const observer = new ResizeObserver(request);
    observer.observe(element);
    request();
    return () => {
      observer.disconnect();
      cancelAnimationFrame(frame);
      window.clearTimeout(worded);
      stopDrawing();
    };
  }, [picture, theme, height]);
  const point = (event: PointerEvent): void => {
    onPointer?.(event.offsetX, event.offsetY, event.buttons === 1);
  };
  return (
    <canvas
      ref={canvas}
      class="picture"
      role="img"
      {...(onPointer && { onPointerMove: point, onPointerDown: point })}
      {...(onLeave && { onPointerLeave: onLeave })}
    />
  );
}

function fit(element: HTMLCanvasElement, width: number, height: number): void {
  const ratio = window.devicePixelRatio;
  const [columns, rows] = [Math.round(width * ratio), Math.round(height * ratio)];
  // Setting either clears the canvas.
  if (element.width !== columns) element.width = columns;
  if (element.height !== rows) {
    element.height = rows;
    element.style.height = `${height}px`;
  }
}
