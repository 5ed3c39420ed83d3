import { expect, it } from 'vitest';
import type { ReproductionRow } from '../../../runs/index.ts';
import { isCell, progressText } from './cells.ts';

const row: ReproductionRow = {
  id: 'resnet20',
  network: 'ResNet20',
  dataset: 'cifar10',
  model: 'resnet20',
  arms: [],
  comparisons: [],
};

it('assigns a run to a row and a scheme by its name, whatever settings the grid shares', () => {
  expect(isCell('cifar10-resnet20-mean-field-s12', row, 'mean-field')).toBe(true);
  expect(isCell('cifar10-resnet20-w4-v5000-mean-field-s1', row, 'mean-field')).toBe(true);
  expect(isCell('cifar10-resnet20-vanilla-s1', row, 'mean-field')).toBe(false);
  expect(isCell('cifar10-resnet200-mean-field-s1', row, 'mean-field')).toBe(false);
});

it('other settings of one scheme are other arms', () => {
  expect(isCell('cifar10-resnet20-mean-field-f0.1-s1', row, 'mean-field')).toBe(false);
  expect(isCell('cifar10-resnet20-mean-field-no-reorder-s1', row, 'mean-field')).toBe(false);
});

it('counts runs that have not started as planned', () => {
  const unfinished = [
    { name: 'a', state: 'new' },
    { name: 'b', state: 'crashed' },
    { name: 'c', state: 'new' },
  ];
  expect(progressText({ finished: 1, unfinished })).toBe('1 run finished, 1 begun, 2 planned');
  expect(progressText({ finished: 6, unfinished: [] })).toBe('6 runs finished');
});
