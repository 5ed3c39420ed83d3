/**
 * Restores creation order. Exports that store positions beside the weights number blocks by position; nets number
 * them by particle. With `layerS.I.particle` in a file, block I becomes that particle's, and the `layerS.I.tau` of a
 * stage become one `layerS.tau`.
 */
import { FileError } from '../errors.ts';
import { type FoundTensor, numbersOf } from '../io/index.ts';
import { blockTensor } from '../runs/index.ts';

type Tensors = ReadonlyMap<string, FoundTensor>;

interface StagePlaces {
  /** The index of the first block with a particle; transitions come before it. */
  readonly first: number;
  readonly particles: ReadonlyMap<number, number>;
}

const numberOf = async (tensor: FoundTensor): Promise<number> =>
  numbersOf(await tensor.read())[0] ?? Number.NaN;

/**
 * Renames the file's tensors by particle; returns them unchanged if the file names no particles.
 *
 * @throws FileError unless the particles of each stage are 0, 1, ..
 */
export async function inCreationOrder(found: Tensors, file: string): Promise<Tensors> {
  const stages = await placesOf(found, file);
  const result = new Map<string, FoundTensor>();
  const vectors = new Map<string, (FoundTensor | undefined)[]>();
  for (const [name, tensor] of found) {
    const { stage = '', block = 0, part = '' } = blockTensor(name) ?? {};
    const places = stages.get(stage);
    const particle = places?.particles.get(block);
    if (places === undefined || particle === undefined) result.set(name, tensor);
    else if (/^(tau|tauEnd|step)$/.test(part)) {
      const vector =
        vectors.get(`${stage}.${part}`) ??
        new Array<FoundTensor | undefined>(places.particles.size).fill(undefined);
      vector[particle] = tensor;
      vectors.set(`${stage}.${part}`, vector);
    } else if (part !== 'particle') result.set(`${stage}.${places.first + particle}.${part}`, tensor);
  }
  for (const [name, parts] of vectors) result.set(name, joined(parts, name, file));
  return result;
}

async function placesOf(found: Tensors, file: string): Promise<Map<string, StagePlaces>> {
  const named = new Map<string, Map<number, number>>();
  for (const [name, tensor] of found) {
    const place = blockTensor(name);
    if (place?.part !== 'particle') continue;
    const { stage, block } = place;
    const particles = named.get(stage) ?? new Map<number, number>();
    named.set(stage, particles.set(block, await numberOf(tensor)));
  }
  return new Map(
    [...named].map(([stage, particles]) => {
      const sorted = [...particles.values()].sort((a, b) => a - b);
      if (sorted.some((particle, i) => particle !== i))
        throw new FileError(`${file}: the particles of ${stage} are ${sorted.join(', ')}, not 0, 1, ..`);
      return [stage, { first: Math.min(...particles.keys()), particles }];
    }),
  );
}

/** Concatenates scalars into one vector. @throws FileError if one is missing */
function joined(parts: readonly (FoundTensor | undefined)[], name: string, file: string): FoundTensor {
  const whole = parts.filter((part) => part !== undefined);
  if (whole.length < parts.length) throw new FileError(`${file}: ${name} is missing for some blocks`);
  const shape = [whole.length];
  const read: FoundTensor['read'] = async () => {
    const values = Float64Array.from(await Promise.all(whole.map(numberOf)));
    return { dtype: 'F64', shape, data: new Uint8Array(values.buffer) };
  };
  return { dtype: 'F64', shape, read };
}
