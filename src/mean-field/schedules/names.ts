/** The schemes and the option values of schedules. Browsers and quick commands import this file: it has no code. */

/** The trained coordinates of the blocks of a stage: positions, ends of intervals, step sizes. */
export type CoordinateName = 'tau' | 'tauEnd' | 'step';

/** The registry: for each scheme, the coordinates that it trains. `all.ts` exports its class by the same name. */
export const trainedCoordinates = {
  vanilla: [],
  'mean-field': ['tau'],
  intervals: ['tau', 'tauEnd'],
  'learned-step': ['step'],
} as const satisfies Readonly<Record<string, readonly CoordinateName[]>>;

export type Scheme = keyof typeof trainedCoordinates;
export const schemes = Object.keys(trainedCoordinates) as readonly Scheme[];

/** The schemes that train a coordinate; without a name, those that train any. */
export function schemesWith(coordinate?: CoordinateName): readonly Scheme[] {
  return schemes.filter((scheme) => {
    const trained: readonly CoordinateName[] = trainedCoordinates[scheme];
    return coordinate === undefined ? trained.length > 0 : trained.includes(coordinate);
  });
}

export const tauStarts = ['unit', 'uniform'] as const;
export const lastTaus = ['free', 'pinned'] as const;
