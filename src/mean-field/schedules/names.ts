/** Scheme names and option values of schedules, without their implementation. */
export const schemes = ['vanilla', 'mean-field', 'intervals', 'learned-step'] as const;
export type Scheme = (typeof schemes)[number];

export const tauStarts = ['unit', 'uniform'] as const;
export const lastTaus = ['free', 'pinned'] as const;
