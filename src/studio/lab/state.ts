/** The state of the lab: checked, with its defaults, and to and from the query string of an address. */
import { z } from 'zod';
import { nearest, show } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { type Knob, type KnobName, knobNames, knobs, type LabState } from './knobs.ts';

/** Every knob at its default. */
export const defaultState = Object.fromEntries(
  knobNames.map((name) => [name, knobs[name].default]),
) as unknown as LabState;

/** What is allowed, in words: `from 4 to 1000`. */
export function allowed(knob: Knob): string {
  switch (knob.kind) {
    case 'choice':
      return `one of ${knob.choices.join(', ')}`;
    case 'text':
      return `text of at most ${knob.maxLength} characters`;
    case 'integer':
      return `a whole number from ${knob.min} to ${knob.max}`;
    case 'number':
      return `a number from ${knob.min} to ${knob.max}`;
  }
}

/** One line: what is allowed, why, and what was given. */
function refusal(name: KnobName, value: unknown): string {
  const knob: Knob = knobs[name];
  const near = knob.kind === 'choice' && typeof value === 'string' ? nearest(value, knob.choices) : undefined;
  const why = 'why' in knob ? ` (${knob.why})` : near === undefined ? '' : ` (did you mean ${near}?)`;
  return `${name} must be ${allowed(knob)}${why}, got ${show(value)}`;
}

function schemaOf(name: KnobName): z.ZodType {
  const knob: Knob = knobs[name];
  const error = ({ input }: { readonly input?: unknown }): string => refusal(name, input);
  const base = (): z.ZodType => {
    switch (knob.kind) {
      case 'choice':
        return z.enum(knob.choices as [string, ...string[]], { error });
      case 'text':
        return z.string({ error }).max(knob.maxLength, { error });
      case 'integer':
        return z.number({ error }).int({ error }).min(knob.min, { error }).max(knob.max, { error });
      case 'number':
        return z.number({ error }).min(knob.min, { error }).max(knob.max, { error });
    }
  };
  return base().default(knob.default);
}

const unknownKey = (key: string): string => {
  const near = nearest(key, knobNames);
  return `the lab has no knob ${JSON.stringify(key)}${near === undefined ? '' : `: did you mean ${near}?`}`;
};

/** A state: what is left out is at its default, what is unknown is refused. */
export const labStateSchema = z
  .strictObject(Object.fromEntries(knobNames.map((name) => [name, schemaOf(name)])), {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? unknownKey(issue.keys[0] ?? '')
        : 'a state of the lab is an object',
  })
  .superRefine((given, context) => {
    const problem = inconsistency(given as unknown as LabState);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  }) as unknown as z.ZodType<LabState>;

/** What knobs that are each allowed may not be together. */
function inconsistency(state: LabState): string | undefined {
  if (state.data === 'csv' && state.csv.trim() === '')
    return 'data csv needs your own points in csv: a table of x1, x2 and y or class';
  const size = state.family === 'bottleneck' ? 5 : 9;
  for (const name of ['axisX', 'axisY'] as const)
    if (state[name] >= size)
      return `${name} must be below ${size} (a ${state.family} block has so many parameters), got ${state[name]}`;
  if (state.axisX === state.axisY)
    return `axisX and axisY must differ (they span the plane of the picture), got ${state.axisX} twice`;
  return undefined;
}

/**
 * A whole state from some of its knobs.
 * @throws UsageError in one line: which knob, what is allowed and why
 */
export function labState(given: unknown): LabState {
  const parsed = labStateSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new UsageError(parsed.error.issues[0]?.message ?? 'a state of the lab is an object');
}

/** The query string of a state, without `?`: what differs from the defaults. */
export function encodeState(state: LabState): string {
  const query = new URLSearchParams();
  for (const name of knobNames) if (state[name] !== defaultState[name]) query.set(name, String(state[name]));
  return query.toString();
}

/**
 * A state from the query string of an address.
 * @throws UsageError for an unknown knob, one that is given twice, a value that is not allowed
 */
export function decodeState(query: string): LabState {
  const given: Record<string, unknown> = {};
  for (const [name, text] of new URLSearchParams(query)) {
    if (!(knobNames as readonly string[]).includes(name)) throw new UsageError(unknownKey(name));
    if (name in given) throw new UsageError(`${name} is given twice: keep one`);
    given[name] = valueFrom(name as KnobName, text);
  }
  return labState(given);
}

/** The value of a knob from text: what is no number where one is wanted stays text, which the schema refuses. */
export function valueFrom(name: KnobName, text: string): string | number {
  const { kind } = knobs[name];
  if (kind === 'choice' || kind === 'text') return text;
  const value = Number(text);
  return text.trim() === '' || !Number.isFinite(value) ? text : value;
}

/** The state with some knobs turned. @throws UsageError as {@link labState} */
export const withKnobs = (state: LabState, changed: Partial<LabState>): LabState =>
  labState({ ...state, ...changed });
