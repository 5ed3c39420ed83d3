/** A growable list of numbers, 8 bytes each. */
export class Column {
  #data = new Float64Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  at(index: number): number {
    return this.#data[index] ?? Number.NaN;
  }

  push(value: number): void {
    if (this.#length === this.#data.length) {
      const larger = new Float64Array(2 * this.#length);
      larger.set(this.#data);
      this.#data = larger;
    }
    this.#data[this.#length++] = value;
  }

  clear(): void {
    this.#data = new Float64Array(1024);
    this.#length = 0;
  }

  /** For an increasing column: index of the first value that is at least `value`. */
  firstAtLeast(value: number): number {
    let [low, high] = [0, this.#length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.at(middle) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
