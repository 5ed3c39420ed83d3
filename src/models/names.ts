/** Names of the shortcuts of transitions, without the code, for light imports. */

/** He et al. 2015: A subsamples and pads with zeros, B projects with a 1 x 1 convolution. */
export const shortcutKinds = ['option-a', 'option-b'] as const;
export type ShortcutKind = (typeof shortcutKinds)[number];
