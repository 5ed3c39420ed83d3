export { activationSeries, type Series } from './activation-series.ts';
export {
  type FamilyActivation,
  familyActivations,
  scalarActivation,
  type ScalarActivation,
} from './activation.ts';
export { branchFamily, type NetworkBranch } from './branch.ts';
export { bottleneck } from './bottleneck.ts';
export { customFamily, type CustomFamily } from './custom.ts';
export type { Covectors, Direction, Family, Particles, Pullback, RequestedGradients } from './family.ts';
export { matrix } from './matrix.ts';
export { twoLayer } from './two-layer.ts';
