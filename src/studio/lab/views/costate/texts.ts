export const title = 'The adjoint equation: costates from depth 1 back to depth 0';

export const numbers = {
  ratio: 'min over depth of ‖p(·,t)‖ / its lower bound by the lemma: never below 1',
  norm: '‖p(·,0)‖, root mean square over points',
  end: '‖p(·,1)‖, equal to √(2E) for this readout',
  loss: 'E(ρ)',
} as const;
