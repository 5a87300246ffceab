import { request } from 'node:http';
import type { Page } from '../store/client.ts';

/** What the API part says about the book. */
export interface Book extends Page {
  /** The pod of the API part that answered. */
  readonly pod: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: string;
}

const TIMEOUT = 8000;

/** A connection for each question: then each may go to another pod. */
export function ask(base: string, method: string, path: string, body?: string): Promise<ApiAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<ApiAnswer>();
  const question = request(new URL(path, base), { method, agent: false, timeout: TIMEOUT, headers: { 'content-type': 'application/json' } }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text })).on('error', reject);
  });
  question.on('timeout', () => question.destroy(new Error(`the API did not answer within ${TIMEOUT} ms`)));
  question.on('error', reject);
  question.end(body);
  return promise;
}

export async function readBook(base: string): Promise<Book> {
  const { status, body } = await ask(base, 'GET', '/entries');
  if (status !== 200) throw new Error(`the API answered ${status}`);
  return JSON.parse(body) as Book;
}
