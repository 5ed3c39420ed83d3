export { createModel, modelNames, parseModelName } from './catalogue.ts';
export { CifarResNet, type CifarResNetOptions, type OpenForward } from './cifar-resnet.ts';
export type { Stage } from './stage.ts';
