export {
  createModel,
  modelNames,
  type NamedArchitecture,
  parseModelName,
  publishedWidth,
} from './catalogue.ts';
export { CifarResNet, type CifarResNetOptions, type OpenForward } from './cifar-resnet.ts';
export {
  batchCounter,
  type KeyStyle,
  keyStyles,
  matchNames,
  nameInStyle,
  type NameMatch,
  parseKeyStyle,
} from './weight-names.ts';
export type { Architecture, BlockKind } from './plan.ts';
export type { Stage } from './stage.ts';
