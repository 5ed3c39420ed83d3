/** Trackio reads tables with a column `step` and ISO times: `trackio.import_csv`. */
import { writeTable } from './csv.ts';
import type { Tracker } from './tracker.ts';

export const trackio: Tracker = {
  write: (history, { output }) =>
    writeTable(history, output, (seconds) => new Date(1000 * seconds).toISOString()),
  hint: ({ output }) => `import with trackio.import_csv('${output}/RUN.csv', project='..', name='RUN')`,
};
