/**
 * CIFAR ResNets and ResNeXts whose blocks have positions in depth.
 *
 * @module meanfield/models
 */
export {
  createModel,
  modelNames,
  modelShortcuts,
  type NamedArchitecture,
  parseModelName,
  publishedWidth,
} from './catalogue.ts';
export { CifarResNet, type CifarResNetOptions, type ForwardParts } from './cifar-resnet.ts';
export {
  batchCounter,
  type KeyStyle,
  keyStyles,
  matchNames,
  nameInStyle,
  type NameMatch,
  parseKeyStyle,
} from './weight-names.ts';
export { type Architecture, type BlockKind, type ShortcutKind, shortcutKinds } from './plan.ts';
export type { NamedBlock, OwnBlock, OwnBlockTools, OwnParameters } from './own-block.ts';
export type { Stage } from './stage.ts';
