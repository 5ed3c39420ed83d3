export const title = 'A descent direction in the space of laws';

export const numbers = {
  gap: '⟨δE/δρ, ν − ρ⟩ = ∫ (min G over Q_r − ∫ G dρ) dt: negative wherever E > 0',
  slope: 'measured slope (E(λ) − E) / λ at λ = 10⁻⁴ divided by the gap: 1 to first order',
  loss: 'E(ρ)',
  best: 'minimum of E along (1 − λ) ρ + λ ν',
  lambda: 'the λ at that minimum',
} as const;
