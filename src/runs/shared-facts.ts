/** The facts that numbers and speed depend on; none identifies a machine, its folders or its user. */
export const conditions: readonly string[] = [
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

/** The keys of `env.json` that may be published. */
export const publishedKeys: readonly string[] = [...conditions, 'continued'];
