import { Command } from 'commander';
import { expect, it } from 'vitest';
import { configKeys } from '../../../train/settings/table.ts';
import { argumentsOf, effectsOf, type Field, fields, sections } from './fields.ts';

it('every setting is a field of one section; the basic ones are not collapsed', () => {
  const shown = sections.flatMap(({ basic, more }) => [...basic, ...more]);
  expect(shown.map(({ key }) => key).sort()).toEqual([...configKeys].sort());
  expect(sections.flatMap(({ basic }) => basic).length).toBeLessThan(16);
});

it('passes only values that differ from the defaults', () => {
  expect(argumentsOf({})).toEqual([]);
  expect(
    argumentsOf({ epochs: '3', dataset: 'cifar10', amp: '1', seed: '42', lr: ' 0.1 ', nonsense: 'x' }),
  ).toEqual(['--dataset', 'cifar10', '--epochs', '3', '--lr', '0.1', '--amp']);
});

it('passes a width even if it is the common default, since defaults differ by model', () => {
  expect(argumentsOf({ model: 'resnext29-8x64d', width: '16' })).toEqual([
    ...['--model', 'resnext29-8x64d', '--width', '16'],
  ]);
});

it('omits a field without effect under the chosen scheme or data, and restores it with the choice', () => {
  const tau = { 'tau-lr-factor': '5', 'no-reorder': '1', 'data-dir': '/data' };
  expect(argumentsOf(tau)).toEqual(['--data-dir', '/data', '--no-reorder', '--tau-lr-factor', '5']);
  expect(argumentsOf({ ...tau, scheme: 'learned-step' })).toEqual([
    ...['--data-dir', '/data', '--scheme', 'learned-step', '--tau-lr-factor', '5'],
  ]);
  expect(argumentsOf({ ...tau, scheme: 'vanilla', dataset: 'synthetic-images' })).toEqual([
    ...['--dataset', 'synthetic-images', '--scheme', 'vanilla'],
  ]);
});

it('a field may depend on a number above 0, or on another field being set', () => {
  const named = (flag: string): Field => fields.find((field) => field.flag === flag)!;
  expect(effectsOf({})(named('decay-norm'))).toBe(true);
  expect(effectsOf({ 'weight-decay': '0' })(named('decay-norm'))).toBe(false);
  expect(effectsOf({})(named('key-style'))).toBe(false);
  expect(effectsOf({ 'initial-checkpoint': 'x.pth' })(named('key-style'))).toBe(true);
  expect(effectsOf({ opt: 'adam' })(named('no-nesterov'))).toBe(false);
});

it('the form offers exactly the settings of `train`', () => {
  const dataset = fields.find(({ key }) => key === 'dataset')!;
  expect(dataset.options).toContain('image-folder');
  expect(dataset.options).not.toContain('npy');
});

it('commander can parse the command line', () => {
  const values = Object.fromEntries(
    fields.map((field) => [field.flag, field.input === 'switch' ? '1' : '7']),
  );
  const command = new Command().exitOverride();
  for (const field of fields)
    command.option(field.input === 'switch' ? `--${field.flag}` : `--${field.flag} <x>`);
  expect(() => command.parse(argumentsOf(values), { from: 'user' })).not.toThrow();
});
