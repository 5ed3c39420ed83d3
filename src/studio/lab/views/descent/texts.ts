export const title = 'A descent direction in the space of laws';

export const numbers = {
  gap: '⟨δE/δρ, ν − ρ⟩ = ∫ (min G over Q_r − ∫ G dρ) dt: below 0 wherever E > 0',
  slope: 'measured (E(λ) − E) / λ over the gap at λ = 10⁻⁴: 1 to first order',
  loss: 'E(ρ)',
  best: 'least E along (1 − λ) ρ + λ ν',
  lambda: 'the λ of that least E',
} as const;
