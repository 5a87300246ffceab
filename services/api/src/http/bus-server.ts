import { newUnauthorized } from '@gantry/apimachinery';
import { decodeToken } from '@gantry/bus';
import type { Bus } from '@gantry/bus';
import { serveApi } from '@gantry/client';
import type { ApiRequest, ApiResponse, ApiStreamResponse } from '@gantry/client';
import { gathered } from '../representation/pieces.js';
import { isMadeOnTheWay, isStreamed, isUpgrade } from './answer.js';
import type { AnswerBody } from './answer.js';
import { authenticated, joiningNode, MASTERS_GROUP, nodeIdentity } from './authz/identity.js';
import type { Identity } from './authz/identity.js';
import type { RequestChain } from './chain.js';
import { QueueSink } from './queue-sink.js';
import { RequestContext } from './request-context.js';

/** Who the components of the control plane are. The bus decides who may use which subject. */
const COMPONENTS: Readonly<Record<string, Identity>> = {
  controllers: authenticated('system:kube-controller-manager', []),
  scheduler: authenticated('system:kube-scheduler', []),
  cluster: authenticated('system:admin', [MASTERS_GROUP]),
};

/** The same object for the same node: what it may is put together once. */
const nodes = new Map<string, Identity>();
const REMEMBERED_NODES = 10_000;

/** Serves the same chain to Gantry's own services: the subject says who asks. */
export function serveOnBus(bus: Bus, chain: RequestChain, bodyBytes: number): { close(): Promise<void> } {
  return serveApi(bus, { subjects: ['api.component.*', 'api.node.*'], requestSubjects: ['api.join.*'], handler: (subject, request) => handle(chain, subject, request), maxBodyBytes: bodyBytes });
}

async function handle(chain: RequestChain, subject: string, request: ApiRequest): Promise<ApiResponse | ApiStreamResponse> {
  const { method, path, query = '', headers, body, signal } = request;
  const context = new RequestContext({ method, path, query, headers, body, identity: identityOf(subject) });
  signal?.addEventListener('abort', () => context.abandon(), { once: true });
  const answer = await chain.handle(context);
  if (isUpgrade(answer)) throw new Error('a message of the bus has no connection to hand over');
  if (!isStreamed(answer)) return { status: answer.status, headers: answer.headers, body: await joined(answer.body) };
  const sink = new QueueSink();
  signal?.addEventListener('abort', () => sink.leave(), { once: true });
  if (signal?.aborted === true) sink.leave();
  answer.start(sink);
  return { status: answer.status, headers: answer.headers, body: sink };
}

/** A message of the bus is one piece of memory. */
async function joined(body: AnswerBody): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  return Buffer.concat(isMadeOnTheWay(body) ? await gathered(body) : body);
}

/** The identity of a subject such as `api.component.scheduler`, `api.node.n1` or `api.join.node`. Throws 401 for any other. */
export function identityOf(subject: string): Identity {
  const [, kind, token = ''] = subject.split('.');
  if (kind === 'node' && token !== '') return nodeOf(token);
  if (kind === 'join') return joiningNode;
  if (kind === 'component' && Object.hasOwn(COMPONENTS, token)) return COMPONENTS[token]!;
  throw newUnauthorized('Unauthorized');
}

function nodeOf(token: string): Identity {
  let identity = nodes.get(token);
  if (identity !== undefined) return identity;
  identity = nodeIdentity(decodeToken(token));
  if (nodes.size >= REMEMBERED_NODES) nodes.clear();
  nodes.set(token, identity);
  return identity;
}
