/** Saves files from the page. */
import { drawPicture, type Picture, pictureToSvg } from '../../../draw/index.ts';
import { type Table, toRecords } from '../../../pictures/index.ts';
import type { MenuItem } from './controls.tsx';

function saveBlob(name: string, blob: Blob): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // Browsers start reading the URL after this task.
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 10_000);
}

function saveText(
  name: string,
  text: string,
  type: 'text/csv' | 'text/plain' | 'application/json' | 'image/svg+xml',
): void {
  saveBlob(name, new Blob([text], { type: `${type};charset=utf-8` }));
}

export function saveJson(name: string, value: unknown): void {
  saveText(`${name}.json`, `${JSON.stringify(value, null, 1)}\n`, 'application/json');
}

export function savePictureSvg(name: string, picture: Picture): void {
  saveText(`${name}.svg`, pictureToSvg(picture), 'image/svg+xml');
}

/** Scale of a saved PNG: sharp in print and on slides. */
const pngScale = 3;

/** @throws Error if the browser cannot create an image of that size */
export async function savePicturePng(name: string, picture: Picture): Promise<void> {
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(picture.width * pngScale);
  canvas.height = Math.round(picture.height * pngScale);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser does not provide a canvas');
  drawPicture(context, picture, pngScale);
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/png');
  });
  if (!blob)
    throw new Error(`this browser cannot create an image of ${canvas.width} x ${canvas.height} pixels`);
  saveBlob(`${name}.png`, blob);
}

/** A CSV cell; text that a spreadsheet would run as a formula is kept as text. */
function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const safe = /^[=+@\t\r-]/.test(text) && !Number.isFinite(Number(text)) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export type { Table };

export const toCsv = ({ header, rows }: Table): string =>
  `${[header, ...rows].map((row) => row.map(cell).join(',')).join('\n')}\n`;

/** Menu items for saving a table. */
export const tableItems = (name: string, table: () => Table): readonly MenuItem[] => [
  {
    text: 'CSV',
    act: () => {
      saveText(`${name}.csv`, toCsv(table()), 'text/csv');
    },
  },
  {
    text: 'JSON',
    act: () => {
      saveJson(name, toRecords(table()));
    },
  },
];

/** Menu items for saving a picture. */
export const pictureItems = (
  name: string,
  picture: () => Picture | undefined,
  table: () => Table,
): readonly MenuItem[] => [
  {
    text: 'SVG',
    act: () => {
      const drawn = picture();
      if (drawn) savePictureSvg(name, drawn);
    },
  },
  {
    text: 'PNG',
    act: () => {
      const drawn = picture();
      if (drawn) void savePicturePng(name, drawn);
    },
  },
  ...tableItems(name, table),
];
