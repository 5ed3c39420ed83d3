/** URLs of the server. A run id is one path segment, with `/` as %2F. */
export const routes = {
  runs: 'api/runs',
  run: (id: string) => `api/runs/${encodeURIComponent(id)}`,
  steps: (id: string, { points, from, to }: { points?: number; from?: number; to?: number } = {}) =>
    `api/runs/${encodeURIComponent(id)}/steps${query({ points, from, to })}`,
  swaps: (id: string) => `api/runs/${encodeURIComponent(id)}/swaps`,
  weights: (id: string) => `api/runs/${encodeURIComponent(id)}/weights`,
  samples: (id: string) => `api/runs/${encodeURIComponent(id)}/samples`,
  /** An HTML page of the run folder, served unchanged: report or analysis. */
  file: (id: string, name: 'report.html' | 'analysis.html') =>
    `api/runs/${encodeURIComponent(id)}/files/${name}`,
  /** Server-sent events: `steps` and `status` of one run. */
  runEvents: (id: string, after: number) => `api/runs/${encodeURIComponent(id)}/events${query({ after })}`,
  /** Server-sent events: `rows` of the list. */
  events: (revision: number) => `api/events${query({ revision })}`,
  /** The `Reproduction` of a grid, from its results.json. */
  reproduction: (folder: string) => `api/reproductions/${encodeURIComponent(folder)}`,
  start: 'api/actions/start',
  stop: 'api/actions/stop',
  resume: 'api/actions/resume',
  /** POST: takes a lab state and returns JSON lines, one per part of the picture. */
  lab: 'api/lab',
} as const;

/** Request header of actions and lab requests: the token from the page's <meta name="studio-token">. */
export const tokenHeader = 'x-studio-token';

function query(parameters: Readonly<Record<string, number | undefined>>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return given.length ? `?${given.map(([key, value]) => `${key}=${value}`).join('&')}` : '';
}
