/** The tracker of each name in `names.ts`. */
import { csv } from './csv.ts';
import { mlflow } from './mlflow.ts';
import type { TrackerName } from './names.ts';
import { tensorboard } from './tensorboard/tracker.ts';
import type { Tracker } from './tracker.ts';
import { trackio } from './trackio.ts';
import { wandbOffline } from './wandb-offline.ts';

export const trackers: Readonly<Record<TrackerName, Tracker>> = {
  tensorboard,
  csv,
  trackio,
  mlflow,
  'wandb-offline': wandbOffline,
};
