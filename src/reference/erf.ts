/**
 * The error function erf(x) = 2/sqrt(pi) int_0^x exp(-u^2) du, with absolute error about 1e-15. Below 2 it sums
 * the series 2/sqrt(pi) exp(-x^2) sum_n 2^n x^(2n+1) / (1 3 5 ... (2n+1)), whose terms all have the same sign
 * (Abramowitz and Stegun 7.1.6); above, it is 1 - erfc from the continued fraction of erfc (7.1.14).
 */
export function erf(x: number): number {
  if (Number.isNaN(x)) return NaN;
  const size = Math.abs(x);
  return Math.sign(x) * (size < 2 ? series(size) : 1 - complement(size));
}

function series(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; term > 1e-18 * sum; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

function complement(x: number): number {
  if (x > 27) return 0;
  let tail = x;
  for (let n = 100; n >= 1; n--) tail = x + n / 2 / tail;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / tail;
}
