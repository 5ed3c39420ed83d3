/** The weights of the exchangeable blocks in a checkpoint, one vector per block. */
import { numbersOf, type SafetensorsFile } from '../../io/index.ts';
import { orderByTau } from '../../runs/depth.ts';
import { blockTensor } from '../../runs/index.ts';

export interface StageBlocks {
  /** In order of creation. */
  readonly blocks: readonly Float32Array[];
  /** Position of each block; undefined for schemes without one. */
  readonly tau: readonly number[] | undefined;
  /** Block indices in the order in which the forward pass applies them. */
  readonly order: readonly number[];
}

/** Running statistics of batch norm are not weights. */
const isStatistic = (name: string): boolean => /\.(running_mean|running_var|num_batches_tracked)$/.test(name);

interface Member {
  readonly name: string;
  readonly shape: string;
}

/** Parses the tensor names of src/models: `layerS.I.conv1.weight`, `layerS.tau`. */
function membersOf({ tensors }: SafetensorsFile): Map<string, Map<number, Member[]>> {
  const stages = new Map<string, Map<number, Member[]>>();
  for (const [name, { shape }] of tensors) {
    const place = blockTensor(name);
    if (place === undefined || isStatistic(place.part)) continue;
    const { stage, block, part } = place;
    const blocks = stages.get(stage) ?? new Map<number, Member[]>();
    const members = blocks.get(block) ?? [];
    members.push({ name, shape: `${part} ${shape.join('x')}` });
    stages.set(stage, blocks.set(block, members));
  }
  return stages;
}

/**
 * Blocks by stage. A stage's exchangeable blocks are those with the shapes of its last block, because a transition
 * changes the width. If the stage stores positions or step sizes, their number is the number of blocks.
 */
export function stageBlocks(file: SafetensorsFile): Map<string, StageBlocks> {
  const numbers = (name: string): number[] | undefined => {
    const tensor = file.tensors.get(name);
    return tensor && [...numbersOf(tensor)];
  };
  const found = new Map<string, StageBlocks>();
  for (const [stage, blocks] of membersOf(file)) {
    const kind = (members: readonly Member[]): string => members.map(({ shape }) => shape).join();
    const all = [...blocks].sort(([a], [b]) => a - b).map(([, members]) => members);
    const alike = all.filter((members) => kind(members) === kind(all.at(-1)!));
    const tau = numbers(`${stage}.tau`);
    const count = (tau ?? numbers(`${stage}.step`))?.length ?? alike.length;
    const exchangeable = alike.slice(-count);
    const sorts = tau !== undefined && file.metadata.reorder !== 'false';
    found.set(stage, {
      blocks: exchangeable.map((members) => vectorOf(file, members)),
      tau,
      order: sorts ? orderByTau(tau) : exchangeable.map((_, i) => i),
    });
  }
  return found;
}

function vectorOf({ tensors }: SafetensorsFile, members: readonly Member[]): Float32Array {
  const parts = members.map(({ name }) => numbersOf(tensors.get(name)!));
  const vector = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    vector.set(part, at);
    at += part.length;
  }
  return vector;
}
