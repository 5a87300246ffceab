import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';

export interface FreshAnswer {
  readonly status: number;
  readonly body: string;
}

/** Milliseconds. */
const TIMEOUT = 10_000;

/** A request over a connection of its own, so that it may go to another pod than the one before; the fields of a form make it a POST. Follows no redirect. */
export async function freshRequest(url: string, form?: Readonly<Record<string, string>>): Promise<FreshAnswer> {
  const headers = form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
  const asked = request(url, { method: form === undefined ? 'GET' : 'POST', agent: false, headers, signal: AbortSignal.timeout(TIMEOUT) });
  asked.end(form === undefined ? undefined : new URLSearchParams(form).toString());
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk as string;
  return { status: response.statusCode ?? 0, body };
}
