import { Command } from 'commander';
import { expect, it } from 'vitest';
import { configKeys } from '../../../train/settings/table.ts';
import { argumentsOf, type Field, fields, hasEffect, sections } from './fields.ts';

it('every setting is a field of one section; the few that most users need are not folded', () => {
  const shown = sections.flatMap(({ basic, more }) => [...basic, ...more]);
  expect(shown.map(({ key }) => key).sort()).toEqual([...configKeys].sort());
  expect(sections.flatMap(({ basic }) => basic).length).toBeLessThan(16);
});

it('only what differs from the defaults is given', () => {
  expect(argumentsOf({})).toEqual([]);
  expect(
    argumentsOf({ epochs: '3', dataset: 'cifar10', amp: '1', seed: '42', lr: ' 0.1 ', nonsense: 'x' }),
  ).toEqual(['--dataset', 'cifar10', '--epochs', '3', '--lr', '0.1', '--amp']);
});

it('a width is given even where it is the usual one: not every model has the same', () => {
  expect(argumentsOf({ model: 'resnext29-8x64d', width: '16' })).toEqual([
    ...['--model', 'resnext29-8x64d', '--width', '16'],
  ]);
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

it('a field may need a number above 0, or another field at all', () => {
  const named = (flag: string): Field => fields.find((field) => field.flag === flag)!;
  expect(hasEffect(named('decay-norm'), {})).toBe(true);
  expect(hasEffect(named('decay-norm'), { 'weight-decay': '0' })).toBe(false);
  expect(hasEffect(named('key-style'), {})).toBe(false);
  expect(hasEffect(named('key-style'), { 'initial-checkpoint': 'x.pth' })).toBe(true);
  expect(hasEffect(named('no-nesterov'), { opt: 'adam' })).toBe(false);
});

it('what the form offers is what `train` can be told', () => {
  const dataset = fields.find(({ key }) => key === 'dataset')!;
  expect(dataset.options).toContain('image-folder');
  expect(dataset.options).not.toContain('npy');
});

it('a command line can be read back by commander', () => {
  const values = Object.fromEntries(
    fields.map((field) => [field.flag, field.input === 'switch' ? '1' : '7']),
  );
  const command = new Command().exitOverride();
  for (const field of fields)
    command.option(field.input === 'switch' ? `--${field.flag}` : `--${field.flag} <x>`);
  expect(() => command.parse(argumentsOf(values), { from: 'user' })).not.toThrow();
});
