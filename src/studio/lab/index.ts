/**
 * The lab: states, presets, views and the reference engine. This runs in browsers; the native engine is in
 * studio/engine.
 */
export { codedNumbers, flagOf, keyNumberOf, labCommand, labTypeScript } from './code.ts';
export { type OwnPoints, parseOwnPoints, readOwnPoints, type ReadPoints } from './csv.ts';
export type { Engine } from './engine.ts';
export {
  cursorKnobs,
  dataKnobs,
  type ChoiceKnob,
  type Knob,
  type NumberKnob,
  pretrainingKnobs,
  rhoKnobs,
  type ViewKnob,
} from './knobs.ts';
export type * from './parts.ts';
export { noData, numbersOf, partOf, partsOf, type PictureData, withPart } from './picture-data.ts';
export { findPreset, type Preset, presetNames, presets, presetState } from './presets.ts';
export { parameterNames } from './problem.ts';
export { referenceEngine } from './reference-engine.ts';
export {
  allowed,
  decodeState,
  salvage,
  defaultState,
  encodeState,
  type KnobName,
  knobNames,
  knobs,
  type LabState,
  labState,
  valueFrom,
  withKnobs,
} from './state.ts';
export {
  checkCost,
  computedParts,
  computeView,
  costBounds,
  type ViewName,
  viewNames,
  views,
} from './views/index.ts';
export { cursorValue, typedNumber } from './typed.ts';
export type { View } from './views/view.ts';
