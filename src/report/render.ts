/** Specifications to SVG and PNG, without a browser, a canvas or a network. */
import { Resvg } from '@resvg/resvg-js';
import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { InternalError } from '../errors.ts';
import type { Spec } from './figures/index.ts';

export interface RenderOptions {
  /** What Vega complains about; default: nothing is done with it. */
  readonly onWarning?: (message: string) => void;
}

function logger(onWarning: (message: string) => void): vega.LoggerInterface {
  const tell = (...parts: readonly unknown[]): vega.LoggerInterface => {
    onWarning(parts.map(String).join(' '));
    return log;
  };
  const quiet = (): vega.LoggerInterface => log;
  const level = ((value?: number) =>
    value === undefined ? vega.Warn : log) as vega.LoggerInterface['level'];
  const log: vega.LoggerInterface = { level, error: tell, warn: tell, info: quiet, debug: quiet };
  return log;
}

/** Figures carry their data: whatever asks for more is refused. */
const noLoader: vega.Loader = {
  load: (address) => Promise.reject(new InternalError(`a figure asks for ${address}`)),
  sanitize: (address) => Promise.reject(new InternalError(`a figure asks for ${address}`)),
  http: (address) => Promise.reject(new InternalError(`a figure asks for ${address}`)),
  file: (address) => Promise.reject(new InternalError(`a figure asks for ${address}`)),
};

/** Coordinates to a hundredth of a px. */
function shorten(svg: string): string {
  return svg.replace(
    / d="([^"]*)"/g,
    (_, path: string) =>
      ` d="${path.replace(/-?\d+\.\d{3,}/g, (value) => String(Number(Number(value).toFixed(2))))}"`,
  );
}

/** The figure as an SVG document; the same specification gives the same bytes. */
export async function renderSvg(
  spec: Spec,
  { onWarning = () => undefined }: RenderOptions = {},
): Promise<string> {
  const log = logger(onWarning);
  const compiled = compile(spec as unknown as TopLevelSpec, { logger: log }).spec;
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', loader: noLoader, logger: log });
  try {
    await view.runAsync();
    // Names of clip paths are numbered over the process.
    vega.resetSVGDefIds();
    return shorten(await view.toSVG());
  } finally {
    view.finalize();
  }
}

/** An SVG document as PNG, `scale` times its size. Text is set in DejaVu Sans, if the system has it. */
export function renderPng(svg: string, scale = 2): Uint8Array {
  const image = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: scale },
    font: { loadSystemFonts: true, defaultFontFamily: 'DejaVu Sans', sansSerifFamily: 'DejaVu Sans' },
  });
  return image.render().asPng();
}
