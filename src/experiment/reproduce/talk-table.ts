/**
 * The table of the talk: test error in percent of eight networks, trained as plain ResNets and as mean-field models.
 */
import { nearest } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import type { ReproductionRow } from '../../runs/index.ts';

/** A row of the table, as it is named on the command line (`id`). */
export type TableRow = Omit<ReproductionRow, 'arms' | 'comparisons'>;

const cifar10 = (
  id: string,
  network: string,
  model: string,
  vanilla: number,
  meanField: number,
  reruns?: readonly [number, number],
): TableRow => ({
  id,
  network,
  dataset: 'cifar10',
  model,
  talk: { vanilla, meanField },
  ...(reruns && { reruns }),
});

/**
 * Lu, Ma, Lu, Lu, Ying, arXiv:2003.05508. 20 to 56 are the post-activation nets of He et al. 2015; 6.37 and 5.46 are the
 * published errors of the pre-activation nets of He et al. 2016, so 110 and 164 are those. Re-runs of the vanilla nets:
 * the READMEs of akamaster/pytorch_resnet_cifar10 and of comparable public repositories.
 */
export const talkTable: readonly TableRow[] = [
  cifar10('resnet20', 'ResNet20', 'resnet20', 8.75, 8.19, [8.27, 8.29]),
  cifar10('resnet32', 'ResNet32', 'resnet32', 7.51, 7.15, [7.37, 7.63]),
  cifar10('resnet44', 'ResNet44', 'resnet44', 7.17, 6.91, [6.9, 7.14]),
  cifar10('resnet56', 'ResNet56', 'resnet56', 6.97, 6.72, [6.61, 6.94]),
  cifar10('resnet110', 'ResNet110', 'preresnet110', 6.37, 6.1, [6.32, 6.73]),
  cifar10('resnet164', 'ResNet164', 'preresnet164', 5.46, 5.19),
  {
    id: 'resnext29-8x64d',
    network: 'ResNeXt29, 8x64d',
    dataset: 'cifar100',
    model: 'resnext29-8x64d',
    talk: { vanilla: 17.92, meanField: 17.53 },
  },
  {
    id: 'resnext29-16x64d',
    network: 'ResNeXt29, 16x64d',
    dataset: 'cifar100',
    model: 'resnext29-16x64d',
    talk: { vanilla: 17.65, meanField: 16.81 },
  },
];

const ids = talkTable.map(({ id }) => id);

/**
 * A row by its name.
 *
 * @param dataset - in place of the row's own; the talk's figures then do not apply
 * @throws UsageError for another name
 */
export function tableRow(name: string, dataset?: string): TableRow {
  const row = talkTable.find(({ id, model }) => id === name || model === name);
  if (!row) {
    const near = nearest(name, ids);
    throw new UsageError(
      `--rows: the table has no row ${JSON.stringify(name)}${near ? `: did you mean ${near}?` : ''} (${ids.join(', ')})`,
    );
  }
  if (dataset === undefined || dataset === row.dataset) return row;
  return { ...withoutTalk(row), dataset };
}

/** A row on other data or with a net of another width: the talk's figures do not apply. */
export function withoutTalk({ id, network, dataset, model }: TableRow): TableRow {
  return { id, network, dataset, model };
}
