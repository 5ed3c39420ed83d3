export { createModel, modelNames, parseModelName } from './catalogue.ts';
export { CifarResNet, type CifarResNetOptions } from './cifar-resnet.ts';
