/** Of `env.json`: what numbers and speed depend on, and nothing that names a machine, its folders or its user. */
export const sharedFacts: readonly string[] = [
  'meanfield',
  'node',
  'platform',
  'libtorch',
  'blas',
  'onednn',
  'capability',
  'cpu',
  'cores',
  'threads',
];
