import { expect, it } from 'vitest';
import { mathText } from '../pictures/index.ts';
import { mathHtml } from './math-html.ts';

it.each([
  ['rho(theta, t) along lambda', 'ρ(θ, t) along λ'],
  ['int G drho', '∫ G dρ'],
  ['dX/dt = integral f(X, theta) rho(theta, t)', 'dX/dt = ∫ f(X, θ) ρ(θ, t)'],
  ['nu made of particles whose integral fits -p*', 'ν made of particles whose integral fits -p*'],
  ['abs(p(., t)) over abs(w1) sqrt(2E)', '|p(., t)| over |w1| √(2E)'],
  ['abs(E(lambda) - E(0) - lambda <G, nu - rho>)', '|E(λ) − E(0) − λ ⟨G, ν − ρ⟩|'],
  ['order +- 0.05, E <= 1 and E < 1', 'order ± 0.05, E ≤ 1 and E < 1'],
  ['the sum of rows, abs(x', 'the sum of rows, abs(x'],
  ['two-layer well-kept metatau', 'two-layer well-kept metatau'],
  ['rho -> nu, p -> p(1)', 'ρ → ν, p → p(1)'],
  ['E = -p', 'E = −p'],
  ['abs(Pi_m p)^2 / abs(p)^2, E_0 - E_s, W2^2', '|Πₘ p|² / |p|², E₀ − Eₛ, W₂²'],
  [
    'X^{l+1} and L^{-1/2} have no small letters, L^{-1} has',
    'X^{l+1} and L^{−1/2} have no small letters, L⁻¹ has',
  ],
])('%s is written %s', (text, shown) => {
  expect(mathText(text)).toBe(shown);
});

it.each([
  [
    'X^{l+1} = X^l + sum_j w_j f(X^l, theta_lj)',
    'X<sup>l+1</sup> = X<sup>l</sup> + Σ<sub>j</sub> w<sub>j</sub> f(X<sup>l</sup>, θ<sub>lj</sub>)',
  ],
  ['1e-12 <= W2^2', '1e-12 ≤ W<sub>2</sub><sup>2</sup>'],
  ['M^-1/2 against L^{-1}', 'M<sup>−1/2</sup> against L<sup>−1</sup>'],
  ['W1 X <script>', 'W<sub>1</sub> X &lt;script&gt;'],
])('in HTML %s has superscripts and subscripts', (text, shown) => {
  expect(mathHtml(text).html).toBe(shown);
});
