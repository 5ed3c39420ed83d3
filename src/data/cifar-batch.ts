/** Images of one file: red, green and blue planes at `first`, `first + stride`, .. */
export interface CifarBatch {
  readonly bytes: Uint8Array;
  readonly first: number;
  readonly stride: number;
  readonly labels: Int32Array;
}
