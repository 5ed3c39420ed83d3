import { Command } from 'commander';
import { expect, it } from 'vitest';
import { argumentsOf, fields } from './fields.ts';

it('only what differs from the usual is given, in the order of the form', () => {
  expect(argumentsOf({})).toEqual([]);
  expect(
    argumentsOf({ epochs: '3', dataset: 'cifar10', amp: '1', seed: '42', lr: ' 0.1 ', nonsense: 'x' }),
  ).toEqual(['--dataset', 'cifar10', '--epochs', '3', '--lr', '0.1', '--amp']);
});

it('a field without effect under the chosen scheme or data is left out, and comes back with the choice', () => {
  const tau = { 'tau-lr-factor': '5', 'no-reorder': '1', 'data-dir': '/data' };
  expect(argumentsOf(tau)).toEqual(['--data-dir', '/data', '--no-reorder', '--tau-lr-factor', '5']);
  expect(argumentsOf({ ...tau, scheme: 'learned-step' })).toEqual([
    ...['--data-dir', '/data', '--scheme', 'learned-step', '--tau-lr-factor', '5'],
  ]);
  expect(argumentsOf({ ...tau, scheme: 'vanilla', dataset: 'synthetic-images' })).toEqual([
    ...['--dataset', 'synthetic-images', '--scheme', 'vanilla'],
  ]);
});

it('a command line can be read back by commander', () => {
  const values = Object.fromEntries(fields.map((field) => [field.flag, field.kind === 'switch' ? '1' : '7']));
  const command = new Command().exitOverride();
  for (const field of fields)
    command.option(field.kind === 'switch' ? `--${field.flag}` : `--${field.flag} <x>`);
  expect(() => command.parse(argumentsOf(values), { from: 'user' })).not.toThrow();
});
