/** Opens the user's browser. */
import { spawn } from 'node:child_process';

/** The program that opens a URL, if there is a display. */
function opener(): readonly string[] | undefined {
  if (process.platform === 'darwin') return ['open'];
  if (process.platform === 'win32') return ['cmd', '/c', 'start', ''];
  return (process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY) ? ['xdg-open'] : undefined;
}

/** @returns false without a display; whether the browser opened is unknown */
export function openBrowser(url: string): boolean {
  const [program, ...args] = opener() ?? [];
  if (program === undefined) return false;
  const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true });
  // Without such a program, the URL is printed anyway.
  child.on('error', () => undefined);
  child.unref();
  return true;
}
