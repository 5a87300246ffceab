import type { Clock } from '@gantry/async';
import { FLAG, RCODE, RCODE_MASK } from '../wire/codes.js';
import type { Query } from '../wire/query.js';
import type { Exchange } from './exchange.js';
import { answersTo, forwardedPacket } from './packets.js';
import type { Upstream, UpstreamList } from './upstreams.js';

export interface ResolverOptions {
  readonly upstreams: UpstreamList;
  readonly udp: Exchange;
  readonly tcp: Exchange;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Milliseconds for one answer: clients ask again after 5,000, and by then a second upstream should have had its turn. */
const TIMEOUT = 2000;

/** Attempts, whichever upstreams: a packet may get lost where there is only one. */
const ATTEMPTS = 2;

/** What says that this upstream cannot, not that there is nothing: the next may know. */
const UNABLE: ReadonlySet<number> = new Set([RCODE.servFail, RCODE.notImp, RCODE.refused]);

/** Asks the upstreams one after another until one answers. Rejects when none did; resolves to a refusal when all refused. */
export async function resolveUpstream(query: Query, options: ResolverOptions): Promise<Buffer> {
  let refusal: Buffer | undefined;
  let failure: unknown = new Error('there is no upstream to ask');
  for (const upstream of attemptsOf(options.upstreams)) {
    if (options.upstreams.isExcluded(upstream)) continue;
    try {
      const answer = await ask(query, upstream, options);
      options.upstreams.answered(upstream);
      if (!UNABLE.has(rcodeOf(answer))) return answer;
      refusal = answer;
    } catch (error) {
      options.signal.throwIfAborted();
      options.upstreams.failed(upstream);
      failure = error;
    }
  }
  if (refusal === undefined) throw failure;
  return refusal;
}

function attemptsOf(upstreams: UpstreamList): readonly Upstream[] {
  const order = upstreams.inOrder();
  return order.length === 1 ? [order[0]!, order[0]!] : order.slice(0, Math.max(ATTEMPTS, order.length));
}

/** An upstream from before EDNS does not understand the OPT record: it is asked without. */
async function ask(query: Query, upstream: Upstream, options: ResolverOptions): Promise<Buffer> {
  const answer = await askWith(forwardedPacket(query, true), query, upstream, options);
  if (rcodeOf(answer) !== RCODE.formErr) return answer;
  return askWith(forwardedPacket(query, false), query, upstream, options);
}

async function askWith(packet: Buffer, query: Query, upstream: Upstream, { udp, tcp, clock, signal }: ResolverOptions): Promise<Buffer> {
  const accepts = (received: Buffer) => answersTo(packet, query.questionEnd, received);
  const exchange = { accepts, timeout: TIMEOUT, clock, signal };
  const answer = await udp(upstream, packet, exchange);
  if ((answer.readUInt16BE(2) & FLAG.truncated) === 0) return answer;
  // Where TCP is blocked, the part is better than nothing.
  return tcp(upstream, packet, exchange).catch(() => answer);
}

function rcodeOf(packet: Buffer): number {
  return packet.readUInt16BE(2) & RCODE_MASK;
}
