import type { IncomingMessage } from 'node:http';
import { newBadRequest, newInternalError, newServiceUnavailable } from '@gantry/apimachinery';
import { plainRefusal } from '../upgrade-refusal.js';
import type { Answer, UpgradeAnswer } from '../../http/answer.js';
import type { RequestContext } from '../../http/request-context.js';
import type { KubeletStreams } from '../kubelet-streams.js';
import { streamDuplex } from '../stream-duplex.js';
import { askBackend } from './backend.js';
import type { BackendAnswer } from './backend.js';
import { proxiedAnswer, readWhole } from './proxied-answer.js';
import { forwardedHeaders } from './proxy-headers.js';
import type { Rewriting } from './rewrite.js';

/** A port of a pod, and how to get there. */
export interface ProxyTarget {
  readonly nodeName: string;
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  readonly isTls: boolean;
  /** `address:port`, for what names it. */
  readonly host: string;
}

/** Passes a request on to a pod, over the kubelet of its node, and what the pod answers back. Throws 503 where nothing answers. */
export async function proxied(context: RequestContext, target: ProxyTarget, kubelets: KubeletStreams): Promise<Answer> {
  const { prefix, behind } = divided(context.path, true);
  if (behind === '' && context.upgrade === undefined && (context.method === 'GET' || context.method === 'HEAD')) return toDirectory(context);
  const answer = await asked(context, target, behind, kubelets);
  const rewriting = { prefix, hosts: [target.host, context.header('host') ?? context.header(':authority') ?? ''] };
  return 'response' in answer ? answeredPlainly(context, answer.response, rewriting) : upgraded(answer);
}

/** The path up to the proxy's own segment, and what follows it: both as the client wrote them. */
export function divided(path: string, isNamespaced: boolean): { readonly prefix: string; readonly behind: string } {
  const segments = path.split('/');
  const prefix = segments.slice(0, isNamespaced ? 8 : 6).join('/');
  return { prefix, behind: path.slice(prefix.length) };
}

/** A directory has a slash behind its name: relative addresses lead nowhere without. */
export function toDirectory({ path, rawQuery }: RequestContext): Answer {
  return { status: 301, headers: { location: `${path}/${rawQuery === '' ? '' : `?${rawQuery}`}` }, body: new Uint8Array(0) };
}

async function asked(context: RequestContext, target: ProxyTarget, behind: string, kubelets: KubeletStreams): Promise<BackendAnswer> {
  const { method, headers, path, rawQuery, incoming, upgrade, signal } = context;
  const connection = await dialled(target, kubelets, signal);
  const body = incoming !== undefined && hasBody(context) ? incoming : context.body;
  try {
    return await askBackend({
      connection, isTls: target.isTls, method, body, signal,
      path: `${behind === '' ? '/' : behind}${rawQuery === '' ? '' : `?${rawQuery}`}`,
      headers: { ...forwardedHeaders(headers, { path, address: context.remoteAddress }, upgrade === undefined ? undefined : context.header('upgrade')), ...(body !== undefined && headers['content-length'] === undefined ? { 'transfer-encoding': 'chunked' } : {}) },
    });
  } catch (error) {
    throw newServiceUnavailable(`error trying to reach service: ${wordsOf(error)}`);
  }
}

async function dialled({ nodeName, namespace, pod, port }: ProxyTarget, kubelets: KubeletStreams, signal: AbortSignal): Promise<ReturnType<typeof streamDuplex>> {
  const path = `/${['dial', namespace, pod].map(encodeURIComponent).join('/')}`;
  const connection = await kubelets.connect({ nodeName, path, query: `port=${port}`, signal });
  if ('refusal' in connection) throw newServiceUnavailable(`error trying to reach service: ${connection.refusal.text.trim()}`);
  return streamDuplex(connection.stream);
}

function hasBody({ method, headers }: RequestContext): boolean {
  if (headers['content-length'] !== undefined) return headers['content-length'] !== '0';
  return headers['transfer-encoding'] !== undefined || (headers[':method'] !== undefined && !['GET', 'HEAD', 'DELETE', 'OPTIONS'].includes(method));
}

function wordsOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ECONNRESET' || /hang up|was given up/.test(message) ? 'EOF' : message;
}

/** An answer in HTTP to what may have been the wish for another protocol. */
async function answeredPlainly(context: RequestContext, response: IncomingMessage, rewriting: Rewriting): Promise<Answer> {
  const status = response.statusCode ?? 0;
  if (context.upgrade === undefined) return proxiedAnswer(context, response, rewriting);
  if (status >= 400) return plainRefusal(status, (await readWhole(response)).toString());
  response.destroy();
  throw newInternalError(new Error(`invalid upgrade response: status code ${status}`));
}

/** Bytes go both ways until one side has ended. */
function upgraded(answer: Extract<BackendAnswer, { socket: unknown }>): UpgradeAnswer {
  const { upgraded: response, socket: backend, head } = answer;
  return {
    status: 101,
    headers: {},
    take: async ({ socket, head: early }, headers) => {
      const lines = [`HTTP/1.1 101 ${response.statusMessage ?? ''}`, ...pairs(response.rawHeaders), ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
      socket.write(`${lines.join('\r\n')}\r\n\r\n`);
      if (head.length > 0) socket.write(head);
      if (early.length > 0) backend.write(early);
      await joined(socket, backend);
    },
  };
}

async function joined(one: NodeJS.ReadWriteStream & { destroy(): void }, other: NodeJS.ReadWriteStream & { destroy(): void }): Promise<void> {
  const over = [one, other].map((side) => new Promise((resolve) => void side.once('close', resolve).on('error', resolve)));
  one.pipe(other);
  other.pipe(one);
  await Promise.race(over);
  one.destroy();
  other.destroy();
}

function pairs(raw: readonly string[]): string[] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${raw[index + 1]}`] : []));
}

/** The number of a port that has none but a number. Throws. */
export function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw newBadRequest(`invalid port ${JSON.stringify(text)}`);
  return port;
}
