/**
 * The formulas of claims, which are written in ASCII (`theta`, `X^{l+1}`, `abs(p)`, `sum_j`), with Greek letters, signs,
 * superscripts and subscripts. Prose is unchanged.
 */
const greek: Readonly<Record<string, string>> = {
  alpha: 'α',
  beta: 'β',
  delta: 'δ',
  eps: 'ε',
  eta: 'η',
  lambda: 'λ',
  mu: 'μ',
  nu: 'ν',
  rho: 'ρ',
  sigma: 'σ',
  tau: 'τ',
  theta: 'θ',
  Pi: 'Π',
};
const letters = Object.keys(greek).join('|');

/** Whole words, after an optional differential: `theta`, `theta_lj`, `drho`; not `row` or `thetas`. */
const greekWord = new RegExp(`(?<![A-Za-z])(d?)(${letters})(?![A-Za-z])`, 'g');

const signs: readonly (readonly [RegExp, string])[] = [
  [/\bsum(?=_)/g, 'Σ'],
  [/\b(?:integral|int)(?=(?:_\w+(?:\^\w+)?)? (?:[A-Z]\b|[a-zA-Z]\())/g, '∫'],
  [/<=/g, '≤'],
  [/>=/g, '≥'],
  [/\+-/g, '±'],
  [/ -> /g, ' → '],
  [/\bsqrt\(/g, '√('],
  [/<(?=[^<>=]+, [^<>=]+>)/g, '⟨'],
  [/(?<=⟨[^<>⟩]+, [^<>⟩]+)>/g, '⟩'],
  // A minus with spaces around it, or at the start of a formula.
  [/(?<= )-(?= )/g, '−'],
  [/(?<=(?:^|[=(,{] ?))-(?= ?[\w(∫√⟨])/g, '−'],
];

/** `abs(...)` with its matching bracket becomes bars. */
function bars(text: string): string {
  const at = text.search(/\babs\(/);
  if (at < 0) return text;
  let depth = 0;
  for (let i = at + 3; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')' && --depth === 0)
      return `${text.slice(0, at)}|${bars(text.slice(at + 4, i))}|${bars(text.slice(i + 1))}`;
  }
  return text;
}

/** Greek letters and signs; superscripts and subscripts are left as they are. */
export function withSigns(text: string): string {
  const lettered = text.replace(greekWord, (_, d: string, name: string) => d + (greek[name] ?? name));
  return bars(signs.reduce((so, [sign, shown]) => so.replace(sign, shown), lettered));
}

/** `^2`, `^{l+1}`, `^-1/2`; `_j`, `_{l,m}`. */
export const raised = /\^(?:\{([^{}]+)\}|(-?\d+(?:\/\d+)?|[\p{L}*]\d*))/gu;
export const lowered = /_(?:\{([^{}]+)\}|([\p{L}\d]+))/gu;

const zip = (from: string, to: string): ReadonlyMap<string, string> => {
  const shown = Array.from(to);
  return new Map(Array.from(from, (character, i) => [character, shown[i] ?? '']));
};
const unicodeRaised = zip('-−+0123456789nitk', '⁻⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹ⁿⁱᵗᵏ');
const unicodeLowered = zip('0123456789aehijklmnopstx', '₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚₛₜₓ');

/** Converts to small characters if all exist; otherwise returns the text unchanged. */
function small(whole: string, part: string, table: ReadonlyMap<string, string>): string {
  const shown = Array.from(part, (character) => table.get(character));
  return shown.includes(undefined) ? whole : shown.join('');
}

/** For figures: one line of text without markup. */
export function mathText(text: string): string {
  return withSigns(text)
    .replace(raised, (whole: string, braced?: string, plain?: string) =>
      small(whole, braced ?? plain ?? '', unicodeRaised),
    )
    .replace(lowered, (whole: string, braced?: string, plain?: string) =>
      small(whole, braced ?? plain ?? '', unicodeLowered),
    )
    .replace(/\bW([12])\b/g, (_, digit: string) => `W${unicodeLowered.get(digit) ?? digit}`);
}
