/** Opens the user's browser. */
import { spawn } from 'node:child_process';

/** The program that opens an address, if there is a screen to show it on. */
function opener(): readonly string[] | undefined {
  if (process.platform === 'darwin') return ['open'];
  if (process.platform === 'win32') return ['cmd', '/c', 'start', ''];
  return (process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY) ? ['xdg-open'] : undefined;
}

/** @returns false where there is no screen; whether the browser came up is not known */
export function openBrowser(url: string): boolean {
  const [program, ...args] = opener() ?? [];
  if (program === undefined) return false;
  const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true });
  // Without such a program the address is printed all the same.
  child.on('error', () => undefined);
  child.unref();
  return true;
}
