/** `train --dry-run`: the settings and the sizes of a run, without training it. */
import { stringify } from 'yaml';
import { configToRecord, createExperiment, stepsPerEpoch, type TrainConfig } from '../train/index.ts';
import { print, printJson, say } from './output.ts';
import type { CommandSettings } from './settings-file.ts';

/** Reads the data and creates the net, so that every error of a real start appears. */
export async function showPlan(config: TrainConfig, { json }: CommandSettings): Promise<void> {
  const { data, learner } = await createExperiment(config);
  const settings = configToRecord(config);
  const epochSteps = stepsPerEpoch(config, data.train.count);
  const plan = {
    trainImages: data.train.count,
    ...(data.validation && { validationImages: data.validation.count }),
    testImages: data.test.count,
    parameters: learner.model.parameterCount,
    blocks: Object.fromEntries([...learner.model.stages].map(([name, { particles }]) => [name, particles])),
    stepsPerEpoch: epochSteps,
    steps: epochSteps * config.epochs,
  };
  if (json) {
    printJson({ settings, ...plan });
    return;
  }
  print(stringify(settings, { lineWidth: 0 }).trimEnd());
  say(
    [
      `${plan.trainImages} training${data.validation ? `, ${data.validation.count} validation` : ''} and ${plan.testImages} test images`,
      `${plan.parameters.toLocaleString('en')} parameters, exchangeable blocks ${Object.values(plan.blocks).join(', ')}`,
      `${config.epochs} epoch${config.epochs === 1 ? '' : 's'} of ${epochSteps} steps; nothing was trained or written`,
    ].join('\n'),
  );
}
