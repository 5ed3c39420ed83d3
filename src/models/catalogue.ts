/** Models by name: resnet20 (post-activation), preresnet20 (pre-activation), any depth 6n + 2. */
import { nearest } from '../check.ts';
import { UsageError } from '../errors.ts';
import type { Generator } from '../tensor/index.ts';
import { CifarResNet, type CifarResNetOptions } from './cifar-resnet.ts';

const depths = [8, 14, 20, 32, 44, 56, 110];

/** The names that help and error messages list; other depths 6n + 2 work as well. */
export const modelNames = ['resnet', 'preresnet'].flatMap((kind) => depths.map((depth) => `${kind}${depth}`));

/** @throws UsageError for a name that is not a model, with the nearest one. */
export function parseModelName(name: string): Pick<CifarResNetOptions, 'depth' | 'variant'> {
  const match = /^(pre)?resnet(\d+)$/.exec(name);
  const depth = Number(match?.[2]);
  if (!match || depth < 8 || (depth - 2) % 6 !== 0) {
    const near = nearest(name, modelNames);
    throw new UsageError(
      `unknown model ${JSON.stringify(name)}${near ? `: did you mean ${near}?` : ''} (resnetD or preresnetD with D = 6n + 2: ${modelNames.join(', ')})`,
    );
  }
  return { depth, variant: match[1] ? 'pre' : 'post' };
}

/** @throws UsageError for an unknown name or a size that the model cannot have. */
export function createModel(
  name: string,
  options: Omit<CifarResNetOptions, 'depth' | 'variant'>,
  generator: Generator,
): CifarResNet {
  return new CifarResNet({ ...options, ...parseModelName(name) }, generator);
}
