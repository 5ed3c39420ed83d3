export {
  createModel,
  modelNames,
  type NamedArchitecture,
  parseModelName,
  publishedWidth,
} from './catalogue.ts';
export { CifarResNet, type CifarResNetOptions } from './cifar-resnet.ts';
export type { Architecture, BlockKind } from './plan.ts';
