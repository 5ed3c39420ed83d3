export const title = 'The flow of the state through depth';

export const numbers = {
  loss: 'E(ρ), the mean of half the squared distance between the heights at depth 1 and their targets',
  accuracy: 'fraction of points on the correct side of height 0 at depth 1',
  length: 'mean length of the paths through depth',
  folded:
    'fraction of the mesh that some block turns over, where det(I + h ∂f/∂x) < 0: a flow of an ODE turns nothing over',
  euler: 'root mean square distance at depth 1 between L steps and 8 L steps of the same smooth paths',
} as const;
