/** The registry: one line for each kind of block. */
export { basic } from './basic.ts';
export { bottleneck } from './bottleneck.ts';
