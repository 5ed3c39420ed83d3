/** The flags of `meanfield train` that the form has, and the command line that they make. */

/** The values of a choice field with which a field has an effect. */
export interface Condition {
  readonly flag: string;
  readonly oneOf: readonly string[];
}

interface FieldBase {
  readonly flag: string;
  readonly label: string;
  readonly hint: string;
  readonly belongsTo?: Condition;
}

export type Field = FieldBase &
  (
    | {
        readonly kind: 'choice';
        readonly usual: string;
        readonly options: readonly string[];
      }
    | {
        readonly kind: 'text' | 'number';
        readonly usual: string;
        readonly suggestions?: readonly string[];
      }
    | { readonly kind: 'switch' }
  );

export interface Section {
  readonly title: string;
  readonly fields: readonly Field[];
}

/** `usual` is what `train` takes where the flag is not given: it is shown and left out of the command line. */
export const sections: readonly Section[] = [
  {
    title: 'Images',
    fields: [
      {
        flag: 'dataset',
        kind: 'choice',
        label: 'data set',
        usual: 'fashion-mnist',
        options: ['fashion-mnist', 'mnist', 'cifar10', 'cifar100', 'idx', 'image-folder', 'synthetic-images'],
        hint: 'synthetic-images are made on the spot; fashion-mnist comes with a Debian package',
      },
      {
        flag: 'data-dir',
        kind: 'text',
        label: 'where it is',
        usual: '',
        hint: 'folder of the data set; empty: where `meanfield data list` finds it',
        belongsTo: {
          flag: 'dataset',
          oneOf: ['fashion-mnist', 'mnist', 'cifar10', 'cifar100', 'idx', 'image-folder'],
        },
      },
    ],
  },
  {
    title: 'Net',
    fields: [
      {
        flag: 'model',
        kind: 'text',
        label: 'model',
        usual: 'resnet20',
        suggestions: [
          'resnet8',
          'resnet20',
          'resnet32',
          'resnet44',
          'resnet56',
          'resnet110',
          'preresnet20',
          'preresnet164',
          'resnext29-8x64d',
        ],
        hint: 'resnetD, preresnetD with D = 6n + 2; resnext29-8x64d',
      },
      { flag: 'width', kind: 'number', label: 'width', usual: '16', hint: 'channels of the stem' },
      {
        flag: 'scheme',
        kind: 'choice',
        label: 'scheme',
        usual: 'mean-field',
        options: ['mean-field', 'vanilla', 'intervals', 'learned-step'],
        hint: 'mean-field is Algorithm 1: each block has a depth τ',
      },
      {
        flag: 'no-reorder',
        kind: 'switch',
        label: 'order frozen',
        hint: 'the control for reordering',
        belongsTo: { flag: 'scheme', oneOf: ['mean-field'] },
      },
      {
        flag: 'tau-lr-factor',
        kind: 'number',
        label: 'rate of τ',
        usual: '0.1',
        hint: 'learning rate of τ over that of the weights',
        belongsTo: { flag: 'scheme', oneOf: ['mean-field', 'intervals', 'learned-step'] },
      },
    ],
  },
  {
    title: 'Training',
    fields: [
      { flag: 'epochs', kind: 'number', label: 'epochs', usual: '15', hint: 'passes over the data' },
      { flag: 'batch-size', kind: 'number', label: 'batch', usual: '128', hint: 'images a step' },
      { flag: 'lr', kind: 'number', label: 'learning rate', usual: '0.2', hint: 'the peak of one-cycle' },
      {
        flag: 'seed',
        kind: 'number',
        label: 'seed',
        usual: '42',
        hint: 'initial weights, order of data, augmentation',
      },
      {
        flag: 'limit-train-batches',
        kind: 'number',
        label: 'only so many batches',
        usual: '',
        hint: 'of each epoch; empty: all',
      },
    ],
  },
  {
    title: 'Machine',
    fields: [
      {
        flag: 'threads',
        kind: 'number',
        label: 'threads',
        usual: '',
        hint: 'empty: all cores that no other run holds',
      },
      { flag: 'amp', kind: 'switch', label: 'bf16 where the CPU has it', hint: 'automatic mixed precision' },
    ],
  },
];

export const fields: readonly Field[] = sections.flatMap((section) => section.fields);

export type Values = Readonly<Record<string, string | undefined>>;

/** Whether a field has an effect under the others: `train` refuses one that has none. */
export function hasEffect({ belongsTo }: Field, values: Values): boolean {
  if (!belongsTo) return true;
  const choice = fields.find(({ flag }) => flag === belongsTo.flag);
  const usual = choice && 'usual' in choice ? choice.usual : '';
  return belongsTo.oneOf.includes(values[belongsTo.flag] ?? usual);
}

/** Only what differs from the defaults, and has an effect: `['--epochs', '3', '--amp']`. */
export function argumentsOf(values: Values): string[] {
  return fields.flatMap((field) => {
    if (!hasEffect(field, values)) return [];
    const value = values[field.flag]?.trim() ?? '';
    if (field.kind === 'switch') return value === '1' ? [`--${field.flag}`] : [];
    return value === '' || value === field.usual ? [] : [`--${field.flag}`, value];
  });
}
