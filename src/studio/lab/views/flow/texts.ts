export const title = 'The flow of the state through depth';

export const numbers = {
  loss: 'E(ρ), the mean of half the squared distance of the heights at depth 1 from where they should be',
  accuracy: 'share of points that arrive on the right side of height 0',
  length: 'mean length of the paths through depth',
  euler:
    'distance at depth 1 between L steps and 8 L steps of the same smooth paths, root of the mean square over points',
} as const;
