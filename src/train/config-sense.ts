/** Cross-field validation of settings, beyond the choices they belong to. */
import { UsageError } from '../errors.ts';
import { modelShortcuts } from '../models/index.ts';
import type { Values } from './settings/effect.ts';
import type { TrainConfig } from './settings/table.ts';

/** The standard deviation of pixels in 0..255 is about 60, of pixels in 0..1 below 1. */
const maxStd = 10;

const epochsText = (count: number): string => `${count} epoch${count === 1 ? '' : 's'}`;

/**
 * @param given - the settings the user gave; a default never contradicts them
 * @param named - how errors write a setting, with its source
 * @throws UsageError for a value that makes no sense with the others
 */
export function checkSense(given: Values, config: TrainConfig, named: (key: string) => string): void {
  const reject = (key: string, reason: string): never => {
    throw new UsageError(`${named(key)} ${reason}`);
  };
  const { epochs, sched, lr, minLr, warmupEpochs, decayMilestones, checkpointEvery } = config;
  const inEpochs = epochsText(epochs);
  const shortcuts = modelShortcuts(config.model);
  if (given.shortcut !== undefined && config.shortcut !== undefined && !shortcuts.includes(config.shortcut))
    reject(
      'shortcut',
      `${config.shortcut} does not apply to ${config.model}, which has ${shortcuts.join(', ')}`,
    );
  const pixels = 'applies to pixels in 0..1: divide a value for pixels in 0..255 by 255';
  if (given.mean !== undefined && config.mean?.some((value) => value < 0 || value > 1))
    reject('mean', `${config.mean.join(',')} ${pixels}`);
  if (given.std !== undefined && config.std?.some((value) => value > maxStd))
    reject('std', `${config.std.join(',')} ${pixels}`);
  if ((given.minLr !== undefined || given.lr !== undefined) && minLr > lr)
    reject('minLr', `${minLr} is above lr ${lr}: the rate would increase`);
  // A constant rate may be reached in the last step; other schedules need steps after the warm-up.
  const tooLong = sched === 'constant' ? warmupEpochs > epochs : warmupEpochs >= epochs;
  if (given.warmupEpochs !== undefined && tooLong && warmupEpochs > 0)
    reject('warmupEpochs', `${warmupEpochs} covers all of the ${inEpochs}: give fewer, or train for more`);
  if (given.patience !== undefined) checkPatience(config, reject);
  if (sched === 'step') checkMilestones(given, decayMilestones, epochs, reject);
  if (given.checkpointEvery !== undefined && checkpointEvery > epochs)
    reject(
      'checkpointEvery',
      `${checkpointEvery} keeps no checkpoint in ${inEpochs}: give at most ${epochs}`,
    );
}

/** The first evaluation sets the error to beat, and stopping after the last epoch is not early. */
function checkPatience(
  { patience = 1, valInterval, epochs }: TrainConfig,
  reject: (key: string, reason: string) => never,
): void {
  const most = Math.ceil(epochs / valInterval) - 2;
  if (patience <= most) return;
  const advice = most > 0 ? `give at most ${most}` : 'train for more epochs, or evaluate more often';
  reject('patience', `${patience} never stops a run of ${epochsText(epochs)}: ${advice}`);
}

function checkMilestones(
  given: Values,
  milestones: readonly number[],
  epochs: number,
  reject: (key: string, reason: string) => never,
): void {
  const list = milestones.join(',');
  const inEpochs = epochsText(epochs);
  if (
    given.decayMilestones !== undefined &&
    milestones.some((epoch, i) => i > 0 && epoch <= milestones[i - 1]!)
  )
    reject('decayMilestones', `${list}: must be increasing`);
  const late = milestones.filter((epoch) => epoch >= epochs);
  if (given.decayMilestones !== undefined && late.length > 0)
    reject(
      'decayMilestones',
      `${list}: ${late.join(', ')} is never reached in ${inEpochs}: give epochs below ${epochs}`,
    );
  if (given.sched !== undefined && late.length === milestones.length)
    reject(
      'sched',
      `step never lowers the rate in ${inEpochs}: its decay-milestones are ${list}; give some below ${epochs}`,
    );
}
