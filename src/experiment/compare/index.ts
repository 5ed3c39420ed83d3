export { type CompareOptions, compareGroups, type GroupComparison } from './compare.ts';
