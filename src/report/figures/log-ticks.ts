/** Ticks of an axis in the order in which a reader wants them: powers of ten, then finer numbers. */

export interface Ticks {
  readonly values: readonly number[];
  readonly labels: readonly string[];
}

const superscripts: Readonly<Record<string, string>> = {
  '-': '⁻',
  ...Object.fromEntries(Array.from('⁰¹²³⁴⁵⁶⁷⁸⁹', (raised, digit) => [String(digit), raised])),
};

/** `10⁻⁴` */
export function powerOfTen(exponent: number): string {
  return `10${Array.from(String(exponent), (character) => superscripts[character] ?? '').join('')}`;
}

const exponentOf = (value: number): number => Math.floor(Math.log10(value) + 1e-9);
const isPower = (value: number): boolean => Math.abs(Math.log10(value) - exponentOf(value)) < 1e-9;

const factorAndPower = (value: number): string => {
  const exponent = exponentOf(value);
  const factor = Number((value / 10 ** exponent).toPrecision(4));
  return factor === 1 ? powerOfTen(exponent) : `${factor}·${powerOfTen(exponent)}`;
};

/** All by powers of ten as soon as one of them would be long: 10⁻⁴, 2·10⁻⁵; else all as they are: 0.02, 40. */
export function labelled(values: readonly number[]): Ticks {
  const long = values.some((value) => {
    const exponent = exponentOf(value);
    return exponent < -3 || exponent > 4 || (Math.abs(exponent) >= 3 && values.every(isPower));
  });
  return {
    values,
    labels: values.map((value) => (long ? factorAndPower(value) : String(Number(value.toPrecision(6))))),
  };
}

/** The digits that stand in each decade, coarse to fine. */
const digits = [[1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 5, 7]];
const fewest = 3;
const most = 7;

/** Between 3 and 7 ticks for positive numbers; none for no numbers. */
export function logTicks(values: readonly number[]): Ticks {
  if (!values.length) return { values: [], labels: [] };
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const inside = (value: number): boolean => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
  const [from, to] = [exponentOf(low), exponentOf(high)];
  const step = Math.ceil((to - from) / (most - 1)) || 1;
  const decades = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  for (const ones of digits) {
    const ticks = decades
      .filter((decade) => step === 1 || decade % step === 0)
      .flatMap((decade) => ones.map((digit) => Number(`${digit}e${decade}`)))
      .filter(inside);
    if (ticks.length >= fewest) return labelled(ticks);
  }
  return labelled(evenTicks(low, high));
}

/** Round numbers at even distances, for less than half a decade. */
function evenTicks(low: number, high: number): number[] {
  const rough = (high - low) / 5;
  if (!(rough > 0)) return [low];
  const unit = 10 ** exponentOf(rough);
  const step = unit * ([1, 2, 5, 10].find((factor) => factor * unit >= rough * (1 - 1e-9)) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** The places themselves, if they are few and their labels do not touch; else undefined. */
export function placesAsTicks(
  values: readonly number[],
  width: number,
  labelWidth: number,
): Ticks | undefined {
  const places = [...new Set(values)].sort((a, b) => a - b);
  const [first = NaN, last = NaN] = [places[0], places.at(-1)];
  if (!(last > first) || !(first > 0) || places.length > 8) return undefined;
  const scale = width / Math.log(last / first);
  const gaps = places.slice(1).map((place, i) => Math.log(place / (places[i] ?? 1)) * scale);
  return Math.min(...gaps) >= labelWidth ? labelled(places) : undefined;
}
