import { expect, it } from 'vitest';
import { checkArguments } from './train-arguments.ts';

it.each([
  [['--epochs', '2', '--dataset', 'cifar10', '--data-dir', '/data with spaces']],
  [['--name', 'my-run_2.1', '--no-reorder', '-b', '64', '--decay-milestones=80,120']],
  [['--name=ночь+1', '$(touch x)', ';rm', '']],
])('accepts arguments that write nowhere else: %j', (args) => {
  expect(() => {
    checkArguments(args);
  }).not.toThrow();
});

it.each([
  [['--output', '/tmp'], /--output/],
  [['--output=/tmp'], /--output/],
  [['--epochs', '2', '--resume', 'x'], /--resume/],
  [['--name', '../x'], /--name "\.\.\/x"/],
  [['--name=/tmp/x'], /--name/],
  [['--name', '.hidden'], /--name/],
  [['--name', 'a\\b'], /--name/],
  [['--name', '-x'], /--name/],
  [['--name'], /--name ""/],
  [['--name=a\nb'], /--name/],
  [['--epochs\0'], /null byte/],
  [['x'.repeat(5000)], /longer/],
  [Array.from({ length: 300 }, () => 'x'), /at most 200/],
] as const)('refuses arguments that set another output location: %j', (args, message) => {
  expect(() => {
    checkArguments(args);
  }).toThrow(message);
});
