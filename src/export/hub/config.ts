/** `config.json` of a folder for the Hugging Face hub: that of timm, and the numbers that build the net. */
import { parseModelName } from '../../models/index.ts';
import { planOf } from '../../models/plan.ts';
import type { Trained } from '../../train/index.ts';

/** @param tag - distinguishes nets of one architecture */
export function hubConfig(
  config: Pick<Trained['config'], 'model' | 'width' | 'shortcut'>,
  { channels, height, width, mean, std, classes }: Trained['state']['images'],
  tag: string,
): Record<string, unknown> {
  const named = parseModelName(config.model);
  const architecture = { ...named, width: config.width, shortcut: config.shortcut };
  const { post, blocks, groups, stages, shortcutKind } = planOf(architecture);
  return {
    architecture: config.model,
    num_classes: classes.length,
    num_features: stages.at(-1)!.outChannels,
    global_pool: 'avg',
    label_names: classes,
    model_args: {
      pre_activation: !post,
      block: named.block,
      shortcut: shortcutKind,
      groups,
      width: config.width,
      stages: stages.map(({ innerChannels, outChannels, stride }) => ({
        blocks,
        inner_channels: innerChannels,
        channels: outChannels,
        stride,
      })),
    },
    pretrained_cfg: {
      tag,
      input_size: [channels, height, width],
      fixed_input_size: false,
      interpolation: 'bilinear',
      crop_pct: 1,
      mean,
      std,
      num_classes: classes.length,
      first_conv: 'conv1',
      classifier: 'fc',
    },
  };
}
