/**
 * The lab: states, presets, views and the reference engine. This runs in browsers; the native engine is in
 * studio/engine.
 */
export { codedNumbers, flagOf, keyNumberOf, labCommand, labTypeScript } from './code.ts';
export { type OwnPoints, parseOwnPoints, readOwnPoints, type ReadPoints } from './csv.ts';
export type { Engine } from './engine.ts';
export {
  cursorKnobs,
  type Knob,
  type KnobName,
  knobNames,
  knobs,
  type LabState,
  type ViewName,
  viewNames,
} from './knobs.ts';
export type * from './parts.ts';
export { findPreset, type Preset, presetNames, type PresetName, presets, presetState } from './presets.ts';
export { parameterNames } from './problem.ts';
export { referenceEngine } from './reference-engine.ts';
export { allowed, decodeState, defaultState, encodeState, labState, valueFrom, withKnobs } from './state.ts';
export { checkCost, computeView, costBounds, type View, views } from './views/index.ts';
