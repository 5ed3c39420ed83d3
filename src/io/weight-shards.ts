/**
 * Sharded weights as written by Hugging Face's libraries: an index, `model.safetensors.index.json` or
 * `pytorch_model.bin.index.json`, maps each tensor to a file beside it.
 */
import { basename, dirname, join } from 'node:path';
import { fewOf, show } from '../check.ts';
import { FileError } from '../errors.ts';
import type { ByteSource } from './byte-source.ts';
import type { FoundTensor } from './safetensors.ts';
import type { WeightFile } from './found-weights.ts';

const largestIndex = 1 << 26;
const maxShards = 1024;

/** Tensor -> file. */
type Shards = ReadonlyMap<string, string>;

/**
 * The contents of an index; undefined if the file is not one.
 *
 * @throws FileError if it is an index that names files outside its folder
 */
export function shardsOf(source: ByteSource, path: string, head: Buffer): Shards | undefined {
  if (!/^\uFEFF?\s*\{/.test(head.toString('utf8')) || source.size > largestIndex) return undefined;
  let content: unknown;
  try {
    content = JSON.parse(
      Buffer.from(source.read(0, source.size))
        .toString('utf8')
        .replace(/^\uFEFF/, ''),
    );
  } catch {
    return undefined;
  }
  const map: unknown = (content as { weight_map?: unknown }).weight_map;
  if (typeof map !== 'object' || map === null || Array.isArray(map)) return undefined;
  const shards = new Map<string, string>();
  for (const [name, file] of Object.entries(map)) {
    if (typeof file !== 'string' || file === '' || basename(file) !== file || file === '..' || file === '.')
      throw new FileError(`${path} names ${show(file)} as a part: a file beside it is needed`);
    shards.set(name, file);
  }
  if (shards.size === 0) throw new FileError(`${path} names no tensors: its weight_map is empty`);
  const files = new Set(shards.values());
  if (files.has(basename(path))) throw new FileError(`${path} names itself as a part`);
  if (files.size > maxShards)
    throw new FileError(`${path} names ${files.size} parts, at most ${maxShards} are supported`);
  return shards;
}

/**
 * The tensors of all shards as one file.
 *
 * @param open - opens a shard
 * @throws FileError if a shard is missing or damaged, is an index itself, or lacks a tensor
 */
export async function openShards(
  shards: Shards,
  path: string,
  open: (path: string) => Promise<WeightFile>,
): Promise<WeightFile> {
  const names = [...new Set(shards.values())].sort();
  const parts = new Map<string, WeightFile>();
  const close = (): void => {
    for (const part of parts.values()) part.close();
  };
  try {
    for (const name of names) {
      if (name.endsWith('.json'))
        throw new FileError(`${path} names ${show(name)} as a part, but that file is an index too`);
      try {
        parts.set(name, await open(join(dirname(path), name)));
      } catch (cause) {
        if (!(cause instanceof FileError)) throw cause;
        throw new FileError(
          `${path} is an index of ${names.length} part${names.length > 1 ? 's' : ''}: ${cause.message}`,
          cause,
        );
      }
    }
    const tensors = new Map<string, FoundTensor>();
    const missing: string[] = [];
    for (const [name, file] of shards) {
      const tensor = parts.get(file)!.tensors.get(name);
      if (tensor) tensors.set(name, tensor);
      else missing.push(`${name} in ${file}`);
    }
    if (missing.length > 0)
      throw new FileError(`${path}: there is no ${fewOf(missing)}; download the parts again`);
    const [{ format, metadata }] = [...parts.values()] as [WeightFile];
    return { format, metadata, tensors, stateDict: '', averages: [], close };
  } catch (error) {
    close();
    throw error;
  }
}
