/** Requests to the server that made the page. */
import { tokenHeader } from '../../protocol/index.ts';

const tokenOf = (page: ParentNode): string =>
  page.querySelector<HTMLMetaElement>('meta[name="studio-token"]')?.content ?? '';

let token: string | undefined;

/** That of the server as it is now: one that was started anew has another. */
async function freshToken(): Promise<string> {
  const text = await (await fetch('./')).text();
  return tokenOf(new DOMParser().parseFromString(text, 'text/html'));
}

/** Posts JSON with the page's token, or with the new one of a server that was started anew since. */
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

/** What an answer that is not 2xx says. */
export async function reasonOf(answer: Response): Promise<string> {
  // Not JSON: from something between the page and the server.
  const body: unknown = await answer.json().catch(() => undefined);
  return typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'string'
    ? body.error
    : `the server answered ${answer.status}`;
}
