/** The model card of a folder for the Hugging Face hub: results, recipe, positions and provenance. */
import { basename, resolve } from 'node:path';
import { stringify } from 'yaml';
import { readRun } from '../../runs/index.ts';
import { configToRecord, schemeName } from '../../train/index.ts';
import { resultOf } from '../facts.ts';
import type { ExportRequest } from '../format.ts';

/** Settings of the machine, and folders on it. */
const machine: ReadonlySet<string> = new Set([
  ...['data-dir', 'threads', 'device', 'recovery-interval', 'checkpoint-every'],
]);

const code = (language: string, text: string): string => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** Numbers to four decimals. */
const list = (values: readonly number[] = []): string =>
  values.map((value) => String(Number(value.toFixed(4)))).join(', ') || '-';

/** The settings that a run on another machine needs, as YAML. */
function recipeOf({ trained }: ExportRequest): string {
  const settings = Object.entries(configToRecord(trained.config))
    .filter(([key]) => !machine.has(key))
    .map(([key, value]) => [key, key === 'initial-checkpoint' ? basename(String(value)) : value]);
  return stringify(Object.fromEntries(settings));
}

export function modelCard(request: ExportRequest): string {
  const { run, trained, version } = request;
  const { config, state, learner } = trained;
  const name = basename(resolve(run));
  const result = resultOf(run, trained);
  const trainedBy = readRun(run).environment()?.meanfield;
  const metrics = result && [
    { type: 'accuracy', value: Number(((100 - result.testError) / 100).toFixed(6)) },
  ];
  const head = {
    library_name: 'pytorch',
    pipeline_tag: 'image-classification',
    tags: ['image-classification', 'resnet', 'meanfield'],
    ...(metrics && {
      'model-index': [
        {
          name,
          results: [
            {
              task: { type: 'image-classification' },
              dataset: { name: config.dataset, type: config.dataset },
              metrics,
            },
          ],
        },
      ],
    }),
  };
  const results: [string, string][] = [
    ['data set', config.dataset],
    ['scheme', schemeName(config)],
    ['seed', String(config.seed)],
    ...(trained.ema
      ? [['weights', `exponential moving average with decay ${config.ema}`] as [string, string]]
      : []),
    ...(result
      ? ([
          ['test error', `${result.testError.toFixed(2)} %`],
          ['test loss', result.testLoss.toFixed(4)],
          ['epochs', String(result.epochs)],
          ['swaps of blocks', String(result.swaps)],
        ] as [string, string][])
      : ([['test error', 'not measured for these weights']] as [string, string][])),
  ];
  const stages = [...learner.model.stages].map(([stage, { schedule }]) => {
    const { order, steps, tau, tauEnd } = schedule.snapshot();
    return [stage, list(order), list(steps), list(tau), list(tauEnd)];
  });
  const { height, width } = state.images;
  const image = `[N, ${state.images.channels}, ${height}, ${width}]`;
  return [
    `---\n${stringify(head)}---`,
    `# ${config.model} on ${config.dataset}`,
    `A residual network of width ${config.width}, trained by meanfield with the scheme ${schemeName(config)} and exported as a plain ResNet: step sizes are multiplied into the blocks' last layers, and blocks are in depth order.`,
    code(
      'python',
      `from load import load\n\nnet, config = load()\nlogits = net(images)  # ${image}, (pixel / 255 - mean) / std as in config["pretrained_cfg"]`,
    ),
    '## Results',
    table(['', ''], results),
    '## Depth',
    'Blocks by their order of creation, and their step sizes, in depth order; positions by block.',
    table(['stage', 'order', 'step sizes', 'tau', 'tau end'], stages),
    '## Recipe',
    'Save as `recipe.yaml`, then `npx meanfield train -c recipe.yaml`:',
    code('yaml', recipeOf(request)),
    '## Provenance',
    table(
      ['', ''],
      [
        ['run', name],
        ['step', String(state.step)],
        ['trained by', `meanfield ${typeof trainedBy === 'string' ? trainedBy : '(unknown version)'}`],
        ['exported by', `meanfield ${version}`],
      ],
    ),
    '',
  ].join('\n\n');
}
