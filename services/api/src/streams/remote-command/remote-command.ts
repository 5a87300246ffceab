import { newBadRequest } from '@gantry/apimachinery';
import type { Logger } from '@gantry/async';
import type { Answer, PlainAnswer, UpgradeAnswer, UpgradedConnection } from '../../http/answer.js';
import type { RequestContext } from '../../http/request-context.js';
import type { KubeletConnection, KubeletStreams } from '../kubelet-streams.js';
import type { CountSession } from '../stream-metrics.js';
import { plainRefusal } from '../upgrade-refusal.js';
import type { CommandClient, WantedStreams } from './command-client.js';

export interface CommandSession {
  readonly subresource: 'exec' | 'attach';
  readonly nodeName: string;
  /** The kubelet's, with the container. */
  readonly path: string;
  readonly command: readonly string[];
}

export interface CommandParts {
  readonly kubelets: KubeletStreams;
  readonly countSession: CountSession;
  readonly logger: Logger;
}

/** What a client of an upgrade speaks, once that is settled. */
interface Agreed {
  readonly transport: 'spdy' | 'websocket';
  readonly protocol: string;
}

type Headers = Readonly<Record<string, string>>;

/**
 * The answer to an upgrade for exec or attach: the kubelet is asked first, so that its refusal is one in HTTP. Clients that name the fifth WebSocket protocol get it
 * on the error channel instead, as from upstream.
 */
export async function remoteCommand(context: RequestContext, session: CommandSession, parts: CommandParts): Promise<Answer> {
  const wanted = wantedStreams(context);
  const agreed = await agreement(context);
  if ('status' in agreed) return agreed;
  const { nodeName, path } = session;
  const connection = await parts.kubelets.connect({ nodeName, path, query: kubeletQuery(wanted, session.command), signal: context.signal });
  if ('refusal' in connection && agreed.protocol !== LATE_REFUSALS) return plainRefusal(connection.refusal.status, connection.refusal.text);
  return taken(agreed, connection, wanted, session, parts, context);
}

const LATE_REFUSALS = 'v5.channel.k8s.io';

function taken(agreed: Agreed, connection: KubeletConnection, wanted: WantedStreams, { subresource, path }: CommandSession, parts: CommandParts, context: RequestContext): UpgradeAnswer {
  const take = async (connected: UpgradedConnection, headers: Headers): Promise<void> => {
    parts.countSession(subresource, agreed.transport, agreed.protocol);
    parts.logger.info({ path, ...agreed, auditId: context.auditId }, 'A client joins a container');
    try {
      const client = await clientOf(agreed, connected, headers, wanted);
      const { bridge, failed } = await import('./bridge.js');
      if ('stream' in connection) return await bridge(client, connection.stream);
      await client.finish(failed(`unable to upgrade connection: ${connection.refusal.text.trim()}`));
      await client.closed;
    } catch (error) {
      parts.logger.debug({ path, error: String(error) }, 'A session could not begin');
      if ('stream' in connection) connection.stream.cancel('the client did not come');
      connected.socket.destroy();
    }
  };
  return { status: 101, headers: {}, take };
}

async function clientOf({ transport, protocol }: Agreed, connection: UpgradedConnection, headers: Headers, wanted: WantedStreams): Promise<CommandClient> {
  if (transport === 'websocket') {
    const { websocketCommand } = await import('./websocket-command.js');
    return websocketCommand({ ...connection, headers, protocol }, wanted);
  }
  const { spdyCommand } = await import('./spdy-command.js');
  return spdyCommand({ ...connection, headers: { ...headers, 'x-stream-protocol-version': protocol } }, protocol, wanted);
}

/** How to go on, or the refusal. */
async function agreement(context: RequestContext): Promise<Agreed | PlainAnswer> {
  const { CHANNEL_PROTOCOLS, listed, negotiate } = await import('@gantry/stream-protocols');
  if (context.upgrade === 'websocket') {
    const offered = listed(context.headers['sec-websocket-protocol']);
    const protocol = offered.length === 0 ? '' : offered.find((one) => Object.hasOwn(CHANNEL_PROTOCOLS, one));
    if (protocol === undefined) return plainRefusal(403, `requested protocol(s) are not supported: [${offered.join(' ')}]; supports [${Object.keys(CHANNEL_PROTOCOLS).join(' ')}]`);
    return { transport: 'websocket', protocol };
  }
  if (context.upgrade !== 'spdy/3.1') throw newBadRequest('Upgrade request required');
  const { SPDY_COMMAND_PROTOCOLS } = await import('./spdy-command.js');
  const found = negotiate(context.headers['x-stream-protocol-version'], SPDY_COMMAND_PROTOCOLS);
  return 'protocol' in found ? { transport: 'spdy', protocol: found.protocol } : plainRefusal(found.status, found.text, found.accepted);
}

function wantedStreams(context: RequestContext): WantedStreams {
  const tty = context.flag('tty');
  return { stdin: context.flag('stdin'), stdout: context.flag('stdout'), stderr: context.flag('stderr') && !tty, tty };
}

function kubeletQuery({ stdin, stdout, stderr, tty }: WantedStreams, command: readonly string[]): string {
  const query = new URLSearchParams();
  for (const [name, isSet] of Object.entries({ input: stdin, output: stdout, error: stderr, tty })) if (isSet) query.append(name, '1');
  for (const word of command) query.append('command', word);
  return query.toString();
}
