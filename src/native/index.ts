export type { Handle, NativeResult, NativeValue } from './addon.ts';
export { type BuildFacts, buildFolder, isLoaded, native, packageRoot, readBuildFacts } from './load.ts';
export { type Observer, observeOperators } from './observe.ts';
export { guarded, type NativeOperator, nativeOperator, OperatorError } from './operator.ts';
export { cpuHasBf16, getThreads, type LibraryFacts, libraryFacts, setThreads } from './runtime.ts';
