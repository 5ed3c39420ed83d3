/** Validates lab states, fills in defaults, and converts to and from query strings. */
import { z } from 'zod';
import { nearest, show } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { parseOwnPoints } from './csv.ts';
import { type Knob, viewKnobs } from './knobs.ts';
import { sizeOf } from './problem.ts';
import { type LabState, viewNames } from './views/index.ts';

export type { LabState };

export const knobs = {
  view: { kind: 'choice', label: 'view', default: 'flow', choices: viewNames, help: 'the view to compute' },
  ...viewKnobs,
} as const satisfies Readonly<Record<string, Knob>>;

export type KnobName = keyof typeof knobs;
export const knobNames = Object.keys(knobs) as readonly KnobName[];

/** Every knob at its default. */
export const defaultState = Object.fromEntries(
  knobNames.map((name) => [name, knobs[name].default]),
) as unknown as LabState;

/** Describes the allowed values: `from 4 to 1000`. */
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

/** One-line error: the allowed values, the reason, and the given value. */
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

/** Schema of a state: missing knobs get defaults, unknown ones are rejected. */
const labStateSchema = z
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

/** Describes an invalid combination of individually valid knobs. */
function inconsistency(state: LabState): string | undefined {
  if (state.data === 'csv' && state.csv.trim() === '')
    return 'data csv needs your own points in csv: a table of x1, x2 and y or class';
  if (state.data === 'csv')
    try {
      parseOwnPoints(state.csv);
    } catch (error) {
      return (error as Error).message;
    }
  const size = sizeOf(state);
  for (const name of ['axisX', 'axisY'] as const)
    if (state[name] >= size)
      return `${name} must be below ${size} (a ${state.family} block has so many parameters), got ${state[name]}`;
  if (state.axisX === state.axisY)
    return `axisX and axisY must differ (they span the plane of the picture), got ${state.axisX} twice`;
  return undefined;
}

/**
 * Builds a complete state from some of its knobs.
 *
 * @throws UsageError with a one-line message: the knob, the allowed values and the reason
 */
export function labState(given: unknown): LabState {
  const parsed = labStateSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new UsageError(parsed.error.issues[0]?.message ?? 'a state of the lab is an object');
}

/** Own points first: they decide whether `data` can be `csv`. */
const salvageOrder: readonly string[] = ['csv', ...knobNames.filter((name) => name !== 'csv')];

/**
 * The state with those of the given knobs that are valid together, tried one after another; the reason for each that
 * is left out, one line each.
 */
export function salvage(
  start: LabState,
  given: Readonly<Record<string, unknown>>,
): { readonly state: LabState; readonly problems: readonly string[] } {
  let state = start;
  const problems: string[] = [];
  const place = (name: string): number => salvageOrder.indexOf(name);
  for (const name of Object.keys(given).sort((a, b) => place(a) - place(b)))
    try {
      state = labState({ ...state, [name]: given[name] });
    } catch (error) {
      problems.push((error as Error).message);
    }
  return { state, problems };
}

/** The query string of a state without `?`: the differences from the defaults. */
export function encodeState(state: LabState): string {
  const query = new URLSearchParams();
  for (const name of knobNames) if (state[name] !== defaultState[name]) query.set(name, String(state[name]));
  return query.toString();
}

/**
 * Parses a state from the query string of a URL.
 *
 * @throws UsageError for an unknown knob, a repeated knob, or an invalid value
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

/** Parses the value of a knob; text that is not a number stays text, which the schema rejects. */
export function valueFrom(name: KnobName, text: string): string | number {
  const { kind } = knobs[name];
  if (kind === 'choice' || kind === 'text') return text;
  const value = Number(text);
  return text.trim() === '' || !Number.isFinite(value) ? text : value;
}

/** The state with some knobs changed. @throws UsageError as {@link labState} */
export const withKnobs = (state: LabState, changed: Partial<LabState>): LabState =>
  labState({ ...state, ...changed });
