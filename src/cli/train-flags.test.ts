import { Command } from 'commander';
import { expect, it } from 'vitest';
import { configKeys } from '../train/index.ts';
import { addTrainFlags, givenSettings, settingOption } from './train-flags.ts';

it('the command line has exactly one flag per setting', () => {
  const flags = addTrainFlags(new Command()).options.map((option) => option.attributeName());
  expect(flags.sort()).toEqual([...configKeys].sort());
});

it('only given flags count as settings; defaults stay those of the schema', () => {
  const command = addTrainFlags(new Command()).parse(['node', 'train', '--lr', '0.1', '--no-flip'], {
    from: 'node',
  });
  expect(givenSettings(command)).toEqual({ lr: 0.1, flip: false });
});

it('a flag reused by another command accepts and refuses the same values as the setting', () => {
  const program = new Command()
    .exitOverride()
    .addOption(settingOption('lr'))
    .addOption(settingOption('device'));
  expect(program.parse(['--lr', '0.3'], { from: 'user' }).opts()).toEqual({ lr: 0.3 });
  expect(() => program.parse(['--lr', '0'], { from: 'user' })).toThrow(
    'expected a finite number > 0 for --lr, got 0',
  );
  expect(() => program.parse(['--device', 'gpu'], { from: 'user' })).toThrow(
    /cuda:N for --device, got "gpu"$/,
  );
});
