export const title = 'Mean field, tangent kernel and two layers on the same data';

export const numbers = {
  meanField: 'E of the mean-field ResNet at the end',
  linearised: 'E of its linearisation at the start (NTK)',
  twoLayer: 'E of the two-layer mean-field network',
  lazy: 'E of the lazy ResNet, α (f − f₀)',
  lazyLimit: 'E of its limit α → ∞, the linearised model from 0',
  movement: 'how far the particles of the mean-field ResNet went: √ ∫∫ |θ(s) − θ(0)|² dρ dt',
  lazyMovement: 'how far the particles of the lazy ResNet went: √ ∫∫ |θ(s) − θ(0)|² dρ dt',
  alignmentStart: 'alignment of the tangent kernel with the targets, ⟨K, y yᵀ⟩ / (‖K‖ |y|²), at the start',
  alignmentEnd: 'alignment of the trained mean-field ResNet’s tangent kernel with the targets',
  meanFieldTest: 'E on new points, mean field',
  linearisedTest: 'E on new points, linearised',
  twoLayerTest: 'E on new points, two layers',
} as const;
