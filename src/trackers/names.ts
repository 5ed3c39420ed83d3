/** The tools that read exported runs. Quick commands import this file: it has no code. */
export const trackerDescriptions = {
  tensorboard: 'event files, with the settings as hyperparameters',
  csv: 'a table per run: step, timestamp in seconds since 1970, and a column for each metric',
  trackio: 'tables for trackio.import_csv',
  mlflow: 'a server, through its REST API',
  'wandb-offline': 'tables with a script that logs them with wandb in offline mode',
} as const;

export type TrackerName = keyof typeof trackerDescriptions;
export const trackerNames = Object.keys(trackerDescriptions) as readonly TrackerName[];
