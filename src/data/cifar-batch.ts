/** Images of one file: planes of red, green and blue at `first`, `first + stride`, .. */
export interface CifarBatch {
  readonly bytes: Uint8Array;
  readonly first: number;
  readonly stride: number;
  readonly labels: Int32Array;
}
