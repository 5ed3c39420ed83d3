export const title = 'The adjoint equation: costates from depth 1 back to depth 0';

export const numbers = {
  ratio: 'least over depth of ‖p(·,t)‖ over the lower bound of the lemma: never below 1',
  norm: '‖p(·,0)‖, root of the mean square over points',
  end: '‖p(·,1)‖, which is √(2E) for this readout',
  loss: 'E(ρ)',
} as const;
