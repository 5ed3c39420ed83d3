/** Flows that also move the weights: reaction and transport. */
import { checkNumber, checkOneOf } from '../../check.ts';
import { ops, scope, type Tensor } from '../../tensor/index.ts';

/** Maps the weights and the values of G at the particles, both [L, M] or [n], to - d log w / ds of each particle. */
export type WeightRate = (weight: Tensor, value: Tensor) => Tensor;

export const weightMotions = ['fixed', 'fisher-rao', 'conic'] as const;
/**
 * fixed: the flow of the talk. fisher-rao: the mass of each slice is conserved, d log w_lj / ds = - c (G_lj - mean
 * of G over rho(., t_l)). conic (Chizat 2022): mass is free, d log w_lj / ds = - c G_lj.
 */
export type WeightMotion = (typeof weightMotions)[number];

/**
 * The rate function of a kind of weight motion.
 *
 * @param speed - c: the speed of weights relative to particles. Default: 1
 * @returns undefined for fixed weights
 * @throws UsageError for an unknown motion or a negative speed
 */
export function weightRate(motion: WeightMotion, speed = 1): WeightRate | undefined {
  checkOneOf('motion of weights', motion, weightMotions);
  checkNumber('speed', speed, { min: 0 });
  if (motion === 'fixed') return undefined;
  return (weight, value) =>
    scope(() => {
      if (motion === 'conic') return ops.mulScalar(value, speed);
      const mean = ops.div(ops.sumDim(ops.mul(weight, value), [-1], true), ops.sumDim(weight, [-1], true));
      return ops.mulScalar(ops.sub(value, mean), speed);
    });
}
