import { checkObject } from '../check.ts';
import type { CifarResNet } from '../models/index.ts';

/** @throws UsageError unless `net` is a net */
export function checkNet(net: CifarResNet): void {
  checkObject('a net from createModel', 'net', net, 'parameters', 'buffers', 'stages');
}
