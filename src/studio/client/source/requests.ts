/** Requests to the server that served the page. */
import { tokenHeader } from '../../protocol/index.ts';

const tokenOf = (page: ParentNode): string =>
  page.querySelector<HTMLMetaElement>('meta[name="studio-token"]')?.content ?? '';

let token: string | undefined;

/** The current token; a restarted server has a new one. */
async function freshToken(): Promise<string> {
  const text = await (await fetch('./')).text();
  return tokenOf(new DOMParser().parseFromString(text, 'text/html'));
}

/** Posts JSON with the page's token, or with the new token of a restarted server. */
export async function post(address: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const send = (own: string): Promise<Response> =>
    fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [tokenHeader]: own },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    });
  token ??= tokenOf(document);
  const answer = await send(token);
  if (answer.status !== 403) return answer;
  const fresh = await freshToken();
  if (fresh === '' || fresh === token) return answer;
  token = fresh;
  return send(fresh);
}

/** The error message of a response that is not 2xx. */
export async function reasonOf(answer: Response): Promise<string> {
  // A proxy between page and server may answer without JSON.
  const body: unknown = await answer.json().catch(() => undefined);
  return typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'string'
    ? body.error
    : `the server answered ${answer.status}`;
}
