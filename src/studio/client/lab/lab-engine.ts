/** The engine that computes the lab's pictures: the server's worker process, or a web worker in an exported folder. */
import type { LabState, Part } from '../../lab/index.ts';
import { routes } from '../../protocol/index.ts';
import { post, reasonOf } from '../source/requests.ts';

export interface LabEngine {
  /** Description for the page's footer. */
  readonly name: string;
  /**
   * Computes a state and passes on its parts as they arrive. Rejects with a one-line message, or when `signal`
   * aborts.
   */
  compute(state: LabState, onPart: (part: Part) => void, signal: AbortSignal): Promise<void>;
}

let provided: LabEngine | undefined;

/** Called once, when the page starts. */
export function provideLabEngine(engine: LabEngine): void {
  provided = engine;
}

/** @throws Error if no engine was provided */
export function labEngine(): LabEngine {
  if (!provided) throw new Error('internal: the page has no engine for the lab');
  return provided;
}

/** A line of the server's response. */
type Line = { readonly part: Part } | { readonly error: string } | { readonly done: true };

/** A page has one computation at a time: the server cancels the older one. */
const page = crypto.randomUUID();

export const serverEngine: LabEngine = {
  name: 'libtorch, on the server',
  async compute(state, onPart, signal) {
    const answer = await post(routes.lab, { page, state }, signal);
    if (!answer.ok || !answer.body) throw new Error(await reasonOf(answer));
    for await (const line of linesOf(answer.body)) {
      const message = JSON.parse(line) as Line;
      if ('error' in message) throw new Error(message.error);
      if ('part' in message) onPart(message.part);
    }
  },
};

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const lines = (rest + value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield line;
  }
  if (rest !== '') yield rest;
}
