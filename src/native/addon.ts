/**
 * Types of the exports of `native/addon.cc`. Tensors and generators are numbers (handles) here; only `src/tensor`
 * wraps them in objects. This side checks nothing.
 */

/** A tensor handle: slot and generation in one number. */
export type Handle = number;

/** Arguments and results of operators, with tensors as handles. */
export type NativeValue =
  number | bigint | boolean | string | null | undefined | readonly (number | boolean | null)[];
export type NativeResult = number | boolean | string | null | readonly (number | readonly number[] | null)[];

export interface Addon {
  operator(name: string, overload: string): number;
  schema(name: string, overload: string): string;
  call(operator: number, ...values: readonly NativeValue[]): NativeResult;
  perform(operator: number, ...values: readonly NativeValue[]): void;
  gradient(
    outputs: readonly Handle[],
    inputs: readonly Handle[],
    cotangents: readonly Handle[] | null,
    retainGraph: boolean,
    createGraph: boolean,
  ): (Handle | null)[];
  setRequiresGrad(tensor: Handle, flag: boolean): void;
  setGradMode(flag: boolean): boolean;
  setAutocast(cuda: boolean, flag: boolean, dtype: number): [flagBefore: boolean, dtypeBefore: number];
  tensorFromBuffer(view: ArrayBufferView, shape: readonly number[], dtype: number, share: boolean): Handle;
  tensorCopyOut(tensor: Handle, view: ArrayBufferView): void;
  tensorViewOut(tensor: Handle): ArrayBuffer;
  tensorItem(tensor: Handle): number;
  tensorMeta(tensor: Handle): [dtype: number, requiresGrad: boolean, device: string, ...sizes: number[]];
  leaveTensor(tensor: Handle): void;
  releaseTensor(tensor: Handle): void;
  liveTensors(): number;
  liveBytes(): number;
  createGenerator(device: string, seed: number | bigint): number;
  generatorState(generator: number): Handle;
  restoreGenerator(generator: number, state: Handle): void;
  releaseGenerator(generator: number): void;
  libraryFacts(): [builtAgainst: string, path: string, configuration: string, cudaDevices: number];
  setThreads(count: number): void;
  getThreads(): number;
  keepFreedMemory(): void;
}
