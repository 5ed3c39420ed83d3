/** What the ways past a transition are called, for who only names them. */

/** He et al. 2015: A subsamples and pads with zeros, B projects with a 1 x 1 convolution. */
export const shortcutKinds = ['option-a', 'option-b'] as const;
export type ShortcutKind = (typeof shortcutKinds)[number];
