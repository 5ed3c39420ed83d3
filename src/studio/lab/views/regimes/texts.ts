export const title = 'Mean field, tangent kernel and two layers on the same data';

export const numbers = {
  meanField: 'E of the mean-field ResNet at the end',
  linearised: 'E of its linearisation at the start (NTK)',
  twoLayer: 'E of the two-layer mean-field network',
  lazy: 'E of the lazy ResNet, α (f − f₀)',
  lazyLimit: 'E of the lazy ResNet’s limit α → ∞, the linearised model started at 0',
  movement: 'distance moved by the particles of the mean-field ResNet: √ ∫∫ |θ(s) − θ(0)|² dρ dt',
  lazyMovement: 'distance moved by the particles of the lazy ResNet: √ ∫∫ |θ(s) − θ(0)|² dρ dt',
  alignmentStart: 'alignment of the tangent kernel with the targets, ⟨K, y yᵀ⟩ / (‖K‖ |y|²), at the start',
  alignmentEnd: 'alignment of the trained mean-field ResNet’s tangent kernel with the targets',
  meanFieldTest: 'E on new points, mean field',
  linearisedTest: 'E on new points, linearised',
  twoLayerTest: 'E on new points, two layers',
} as const;
