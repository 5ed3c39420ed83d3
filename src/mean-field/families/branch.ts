/** Any network branch as a family: theta concatenates its flattened parameters. */
import { checkInteger, checkNeededOptions, checkShape, unexpected } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { ops, type Tensor } from '../../tensor/index.ts';
import { checkReturned } from '../user-function.ts';
import { customFamily } from './custom.ts';
import type { Family } from './family.ts';

/** A network branch and the shapes of its state and parameters, for {@link branchFamily}. */
export interface NetworkBranch<Name extends string = string> {
  readonly name?: string;
  /** Shape of one sample of the state, such as [C, H, W]; a flow stores it as d numbers. */
  readonly stateShape: readonly number[];
  /** Parameter shapes by name, in the order of their place in theta. */
  readonly parameters: Readonly<Record<Name, readonly number[]>>;
  /**
   * The branch on a state [N, ..stateShape], also given the depth t if it has a third parameter. The result has
   * the shape of the state.
   */
  readonly value: (state: Tensor, parameters: Readonly<Record<Name, Tensor>>, depth: number) => Tensor;
}

const optionKeys = { name: true, stateShape: true, parameters: true, value: true } as const;

const product = (shape: readonly number[]): number => shape.reduce((all, size) => all * size, 1);

/**
 * A family whose particles are copies of one network branch. Autograd computes the derivatives, one particle at a
 * time.
 *
 * @throws UsageError for invalid options, or states of another size
 */
export function branchFamily<Name extends string>(branch: NetworkBranch<Name>): Family {
  checkNeededOptions<NetworkBranch>('branchFamily', branch, optionKeys);
  const { name = 'branch', parameters, value } = branch;
  if (typeof value !== 'function') throw unexpected('a function', `value of family ${name}`, value);
  const stateShape = [...checkShape('stateShape', branch.stateShape)];
  const d = product(stateShape);
  const entries = (Object.entries(parameters) as [Name, readonly number[]][]).map(
    ([key, shape]) => [key, [...checkShape(`parameter ${key}`, shape)]] as const,
  );
  const k = entries.reduce((sum, [, shape]) => sum + product(shape), 0);
  checkInteger('parameters of the branch', k, { min: 1 });
  const split = (theta: Tensor): Record<Name, Tensor> => {
    let start = 0;
    return Object.fromEntries(
      entries.map(([key, shape]) => {
        const part = ops.sliceDim(theta, 0, start, (start += product(shape)));
        return [key, ops.view(part, shape)];
      }),
    ) as Record<Name, Tensor>;
  };
  return customFamily({
    name,
    parameterCount(size) {
      if (size === d) return k;
      throw new UsageError(
        `family ${name} acts on states [${stateShape.join(', ')}], ${d} features, got ${size}`,
      );
    },
    dependsOnDepth: value.length > 2,
    value(state, theta, depth) {
      const [{ dtype, device }, samples] = [state, state.shape[0] ?? 0];
      const shape = [samples, ...stateShape];
      const result = value(ops.reshape(state, shape), split(theta), depth);
      return ops.reshape(checkReturned(`family ${name}: value`, result, { shape, dtype, device }), [
        samples,
        d,
      ]);
    },
  });
}
