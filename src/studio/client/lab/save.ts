/** Saving what is seen: as SVG, PNG, JSON. */
import { drawPicture, type Picture, pictureToSvg } from '../../draw/index.ts';

/** Pixels of a saved PNG for one of the page: sharp in print. */
const pngScale = 3;

export function saveText(name: string, text: string, type: string): void {
  save(name, new Blob([text], { type }));
}

export function saveSvg(name: string, picture: Picture): void {
  saveText(`${name}.svg`, pictureToSvg(picture), 'image/svg+xml');
}

/** @throws Error where the browser cannot make a picture of that size */
export async function savePng(name: string, picture: Picture): Promise<void> {
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(picture.width * pngScale);
  canvas.height = Math.round(picture.height * pngScale);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser gives no canvas to draw on');
  drawPicture(context, picture, pngScale);
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/png');
  });
  if (!blob)
    throw new Error(`this browser cannot write a picture of ${canvas.width} x ${canvas.height} pixels`);
  save(`${name}.png`, blob);
}

function save(name: string, blob: Blob): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The download has begun when the click returns; the address is freed after it was read.
  window.setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 10_000);
}
