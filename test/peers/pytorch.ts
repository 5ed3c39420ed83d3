/** Runs the nets of cifar_resnet.py; passes tensors as raw files with a manifest, in a temporary folder. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const python = process.env.PYTHON ?? (existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3');

/** The peer's version of PyTorch; undefined if it has none. */
export function torchVersion(): string | undefined {
  const code = 'import torch; print(torch.__version__)';
  const { status, stdout } = spawnSync(python, ['-c', code], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

export type Numbers = Float32Array | Float64Array;

/** A fully specified net; the scheme has the reference's name. */
export interface PeerNet {
  readonly depth: number;
  readonly variant: string;
  readonly block: string;
  readonly shortcut: string;
  readonly groups: { readonly cardinality: number; readonly width: number } | null;
  readonly width: number;
  readonly inChannels: number;
  readonly classes: number;
  readonly activation: string;
  readonly scheme: string;
  readonly pinned: boolean;
}

/** A tensor read only when its file is written, so that large nets are not held twice. */
export interface Source {
  readonly shape: readonly number[];
  toTypedArray(): NodeJS.ArrayBufferView;
}

export interface PeerTask {
  readonly dtype: 'f32' | 'f64';
  readonly net: PeerNet;
  readonly labels: readonly number[];
  readonly smoothing: number;
  /** Absent: one loss and, unless `forwardOnly`, its gradients. */
  readonly sgd?: Readonly<Record<string, number>>;
  readonly forwardOnly?: boolean;
  /** Parameters, buffers, and `images`. */
  readonly tensors: ReadonlyMap<string, Source>;
}

export interface PeerResult {
  readonly losses: readonly number[];
  /** The gradients, or the tensors after the steps. */
  readonly tensors: ReadonlyMap<string, Numbers>;
  /** Without steps, the logits [B, C]: `training`, and `evaluation` after one update of the running statistics. */
  readonly outputs: ReadonlyMap<string, Numbers>;
}

/** A Python process that computes one task after the other: importing torch takes longer than most nets. */
export class PytorchPeer {
  readonly #child = spawn(python, [join(import.meta.dirname, 'cifar_resnet.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  readonly #answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();

  /** @throws Error if the process ended, with its traceback on stderr */
  async run(tasks: readonly PeerTask[]): Promise<PeerResult[]> {
    const root = mkdtempSync(join(tmpdir(), 'meanfield-peer-'));
    try {
      const folders = tasks.map((task, t) => writeTask(join(root, String(t)), task));
      for (const folder of folders) {
        this.#child.stdin.write(`${folder}\n`);
        const answer: IteratorResult<string, unknown> = await this.#answers.next();
        if (answer.value !== 'done') throw new Error('cifar_resnet.py ended before it answered');
      }
      return folders.map((folder, t) => readResult(folder, tasks[t]!.dtype));
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }

  stop(): void {
    this.#child.stdin.end();
  }
}

function writeTask(folder: string, task: PeerTask): string {
  mkdirSync(folder);
  const entries = [...task.tensors].map(([name, one], i) => {
    const file = `in-${i}.bin`;
    writeFileSync(join(folder, file), one.toTypedArray());
    return { name, shape: one.shape, file };
  });
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...task, tensors: entries }));
  return folder;
}

interface Stored {
  readonly name: string;
  readonly file: string;
}

interface StoredResult {
  readonly losses: number[];
  readonly tensors: readonly Stored[];
  readonly outputs: readonly Stored[];
}

function readResult(folder: string, dtype: 'f32' | 'f64'): PeerResult {
  const stored = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as StoredResult;
  const read = (file: string): Numbers => {
    const { buffer } = new Uint8Array(readFileSync(join(folder, file)));
    return dtype === 'f32' ? new Float32Array(buffer) : new Float64Array(buffer);
  };
  const all = (list: readonly Stored[]): Map<string, Numbers> =>
    new Map(list.map(({ name, file }) => [name, read(file)]));
  return { losses: stored.losses, tensors: all(stored.tensors), outputs: all(stored.outputs) };
}
