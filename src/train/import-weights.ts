/** Loads weights from third-party files: PyTorch state dicts and safetensors. */
import { checkNeededOptions } from '../check.ts';
import { FileError } from '../errors.ts';
import {
  checkPath,
  isFloat,
  numbersOf,
  openWeightFile,
  type PathLike,
  typeInWords,
  type WeightFile,
} from '../io/index.ts';
import { type CifarResNet, type KeyStyle, matchNames } from '../models/index.ts';
import { noGrad, ops, scope, tensor, type Tensor } from '../tensor/index.ts';
import { inCreationOrder } from './creation-order.ts';
import { checkNet } from './check-net.ts';

export interface ImportOptions {
  /** The net in words, for errors: `resnet20 of width 16`. */
  readonly model: string;
  /** The naming style of the file's tensors; detected if absent. */
  readonly style?: KeyStyle | undefined;
  /** Which state dict of a checkpoint with several, such as `state_dict_ema`; detected if absent. */
  readonly stateDict?: string | undefined;
}

export interface ImportedWeights {
  readonly format: WeightFile['format'];
  readonly style: KeyStyle;
  /** The keys of a checkpoint that lead to the weights; empty if the weights are the whole file. */
  readonly stateDict: string;
  /** Weight averages of the same net in the checkpoint. */
  readonly averages: readonly string[];
}

/**
 * Reads a file's weights into a net, in the net's dtype. Positions in depth change only if the file has them. Nothing
 * changes until every name and shape has been checked.
 *
 * @throws FileError for a file that is damaged or names code, UsageError for weights of another net
 */
export async function importWeights(
  from: PathLike,
  net: CifarResNet,
  options: ImportOptions,
): Promise<ImportedWeights> {
  const path = checkPath('the path of the weights', from);
  checkNet(net);
  checkNeededOptions('importWeights', options, { model: true, style: true, stateDict: true });
  const { model, style, stateDict } = options;
  const file = await openWeightFile(path, { stateDict });
  try {
    const wanted = new Map([...net.parameters, ...net.buffers]);
    const found = await inCreationOrder(file.tensors, path);
    const match = matchNames(wanted, found, { model, file: path, style });
    for (const stored of match.names.values()) checkType(found.get(stored)!.dtype, `${path}: ${stored}`);
    for (const [name, stored] of match.names)
      put(wanted.get(name)!, checked(name, numbersOf(await found.get(stored)!.read()), `${path}: ${stored}`));
    for (const stage of net.stages.values()) stage.schedule.projectAndSort();
    return { format: file.format, style: match.style, stateDict: file.stateDict, averages: file.averages };
  } finally {
    file.close();
  }
}

/** Integers would be quantised weights, which need their scale. */
function checkType(dtype: string, name: string): void {
  if (!isFloat(dtype))
    throw new FileError(
      `${name} is stored as ${typeInWords(dtype)}; expected floats (F64, F32, F16, BF16); convert the weights and save them again`,
    );
}

/** @throws FileError for values that training cannot produce: NaN, infinities, negative variances */
function checked(name: string, values: Float64Array, stored: string): Float64Array {
  const isVariance = name.endsWith('.running_var');
  const wrong = values.findIndex((value) => !Number.isFinite(value) || (isVariance && value < 0));
  if (wrong >= 0)
    throw new FileError(
      `${stored} has ${values[wrong]!} at index ${wrong}, which is not a ${isVariance ? 'variance' : 'trained weight'}`,
    );
  return values;
}

function put(target: Tensor, values: Float64Array): void {
  noGrad(() => {
    scope(() => {
      ops.copy_(target, tensor(values, target.shape, { dtype: 'f64' }));
    });
  });
}
