import { newBadRequest } from '@gantry/apimachinery';
import type { Logger } from '@gantry/async';
import type { Answer, UpgradeAnswer, UpgradedConnection } from '../../http/answer.js';
import type { RequestContext } from '../../http/request-context.js';
import type { KubeletStreams } from '../kubelet-streams.js';
import type { CountSession, Transport } from '../stream-metrics.js';
import { plainRefusal } from '../upgrade-refusal.js';
import { forward } from './forward.js';
import type { Forward } from './spdy-forward.js';

export interface ForwardTarget {
  readonly nodeName: string;
  /** The kubelet's. */
  readonly path: string;
  readonly pod: { readonly name: string; readonly uid: string };
}

export interface ForwardParts {
  readonly kubelets: KubeletStreams;
  readonly countSession: CountSession;
  readonly logger: Logger;
}

type Headers = Readonly<Record<string, string>>;
/** Speaks with a client until it has left. */
type Session = (connection: UpgradedConnection, headers: Headers, begin: Forward) => Promise<void>;

interface Agreed {
  readonly transport: Transport;
  readonly protocol: string;
  readonly session: Session;
}

const PROTOCOL = 'portforward.k8s.io';

/** The answer to an upgrade for port-forward. Each connection of a client is one of its own with the kubelet: one that is stuck holds up no other. */
export async function portForward(context: RequestContext, target: ForwardTarget, parts: ForwardParts): Promise<Answer> {
  const agreed = await agreement(context);
  return 'session' in agreed ? taken(agreed, target, parts, context) : agreed;
}

function taken({ transport, protocol, session }: Agreed, { nodeName, path, pod }: ForwardTarget, { kubelets, countSession, logger }: ForwardParts, { signal, auditId }: RequestContext): UpgradeAnswer {
  const begin: Forward = (ends, port) => void forward(ends, port, pod, () => kubelets.connect({ nodeName, path, query: `port=${port}`, signal }));
  const take = async (connection: UpgradedConnection, headers: Headers): Promise<void> => {
    countSession('portforward', transport, protocol);
    logger.info({ path, transport, protocol, auditId }, 'A client forwards ports');
    await session(connection, headers, begin).catch(() => undefined);
    connection.socket.destroy();
  };
  return { status: 101, headers: {}, take };
}

async function agreement(context: RequestContext): Promise<Agreed | Answer> {
  if (context.upgrade === 'websocket') return websocketAgreement(context);
  if (context.upgrade !== 'spdy/3.1') throw newBadRequest('Upgrade request required');
  const { acceptSpdy, negotiate } = await import('@gantry/stream-protocols');
  const found = negotiate(context.headers['x-stream-protocol-version'], [PROTOCOL]);
  if (!('protocol' in found)) return plainRefusal(found.status, found.text, found.accepted);
  const { StreamPairs } = await import('./spdy-forward.js');
  const session: Session = async (connection, headers, begin) => {
    const pairs = new StreamPairs(begin);
    const spdy = acceptSpdy({ ...connection, headers: { ...headers, 'x-stream-protocol-version': PROTOCOL } }, { onStream: (stream) => pairs.add(stream) });
    context.signal.addEventListener('abort', () => spdy.close(), { once: true });
    await spdy.closed;
    pairs.stop();
  };
  return { transport: 'spdy', protocol: PROTOCOL, session };
}

async function websocketAgreement(context: RequestContext): Promise<Agreed | Answer> {
  const { listed, tunnelled } = await import('@gantry/stream-protocols');
  const offered = listed(context.headers['sec-websocket-protocol']);
  const tunnel = offered.find((one) => tunnelled(one) === PROTOCOL);
  if (tunnel !== undefined) return { transport: 'websocket-tunnel', protocol: tunnel, session: tunnelSession(tunnel, context.signal) };
  const { WEBSOCKET_FORWARD_PROTOCOLS } = await import('./websocket-forward.js');
  const protocol = offered.length === 0 ? '' : offered.find((one) => WEBSOCKET_FORWARD_PROTOCOLS.includes(one));
  if (protocol === undefined) return plainRefusal(403, `requested protocol(s) are not supported: [${offered.join(' ')}]; supports [${WEBSOCKET_FORWARD_PROTOCOLS.join(' ')}]`);
  const ports = portsOf(context);
  return typeof ports === 'string' ? plainRefusal(400, ports) : { transport: 'websocket', protocol, session: channelSession(protocol, ports, context.signal) };
}

/** SPDY in the messages of a WebSocket. */
function tunnelSession(protocol: string, signal: AbortSignal): Session {
  return async (connection, headers, begin) => {
    const [{ acceptWebSocket, SpdySession, tunnelOf }, { StreamPairs }] = await Promise.all([import('@gantry/stream-protocols'), import('./spdy-forward.js')]);
    const pairs = new StreamPairs(begin);
    const tunnel = tunnelOf(await acceptWebSocket({ ...connection, headers, protocol }));
    const spdy = new SpdySession(tunnel, new Uint8Array(0), { onStream: (stream) => pairs.add(stream) });
    signal.addEventListener('abort', () => spdy.close(), { once: true });
    await spdy.closed;
    pairs.stop();
  };
}

function channelSession(protocol: string, ports: readonly number[], signal: AbortSignal): Session {
  return async (connection, headers, begin) => {
    const [{ acceptWebSocket, CHANNEL_PROTOCOLS, ChannelSocket, MessageSocket }, { forwardChannels }] = await Promise.all([import('@gantry/stream-protocols'), import('./websocket-forward.js')]);
    const socket = new MessageSocket(await acceptWebSocket({ ...connection, headers, protocol }));
    signal.addEventListener('abort', () => socket.close(1001), { once: true });
    await forwardChannels(new ChannelSocket(socket, CHANNEL_PROTOCOLS[protocol]!), ports, begin);
  };
}

/** Of the query, or what is wrong with it. */
function portsOf({ query }: RequestContext): readonly number[] | string {
  const texts = query.getAll('ports').flatMap((text) => text.split(','));
  if (texts.length === 0) return 'query parameter "port" is required';
  const ports = texts.map(Number);
  const wrong = texts.find((_text, index) => !Number.isInteger(ports[index]) || ports[index]! < 1 || ports[index]! > 65_535);
  return wrong === undefined ? ports : `unable to parse ${JSON.stringify(wrong)} as a port`;
}
