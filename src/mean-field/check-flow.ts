/** Whether a problem, a family and a measure fit together. */
import { scope } from '../tensor/index.ts';
import { checkFamily, checkMeasure } from './check-kinds.ts';
import { checkParticles } from './families/family.ts';
import type { Family } from './families/index.ts';
import type { Measure } from './measures/index.ts';
import { checkSteps } from './measures/measure.ts';
import {
  checkFlowInput,
  checkProblem,
  type FlowInput,
  initialState,
  innerParts,
  type Problem,
} from './problem.ts';

/** @throws UsageError unless the problem is valid and the family and particles match the shape of its states */
export function checkFit(problem: Problem, family: Family, measure: Measure): void {
  checkKinds(family, measure);
  checkProblem(problem);
  innerParts(problem, measure);
  checkShapes(problem, family, measure);
}

/** {@link checkFit} for a problem with or without targets. */
export function checkFlow(problem: FlowInput | Problem, family: Family, measure: Measure): void {
  checkKinds(family, measure);
  if (isObject(problem) && 'targets' in problem) checkProblem(problem);
  else checkFlowInput(problem);
  checkShapes(problem, family, measure);
}

const isObject = (x: unknown): boolean => typeof x === 'object' && x !== null;

function checkKinds(family: Family, measure: Measure): void {
  checkFamily(family);
  checkMeasure(measure);
}

function checkShapes(problem: FlowInput, family: Family, measure: Measure): void {
  checkSteps(measure.steps);
  scope(() => {
    checkParticles(family, initialState(problem), measure.particles(0, 0));
  });
}
