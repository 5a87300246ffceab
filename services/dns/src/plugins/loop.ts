import { randomBytes } from 'node:crypto';
import type { Logger } from '@gantry/async';
import type { Plugin } from '../plugin.js';
import { textOf, type Upstream, type UpstreamList } from '../upstream/upstreams.js';
import { failure } from '../wire/answer.js';
import { RCODE, TYPE } from '../wire/codes.js';
import { makeQuery } from '../wire/make-query.js';
import { nameOf, type Query } from '../wire/query.js';

export interface LoopOptions {
  readonly upstreams: UpstreamList;
  /** Sends a question to one upstream, whatever becomes of it. */
  readonly send: (upstream: Upstream, query: Query) => void;
  readonly logger: Logger;
}

/**
 * Notices an upstream that sends our questions back to us: with the first question that goes out, each upstream is asked for a
 * name that nobody else can know. Who asks us for that name tells which upstream leads here, and it is not asked again.
 */
export function loop({ upstreams, send, logger }: LoopOptions): Plugin {
  const probes = new Map<string, Upstream>();
  let probed = false;
  const probe = () => {
    probed = true;
    for (const upstream of upstreams.all) {
      const name = `${randomBytes(8).toString('hex')}.${randomBytes(8).toString('hex')}`;
      probes.set(name, upstream);
      const query = makeQuery(name, { type: TYPE.HINFO, flags: 0, edns: undefined });
      if (query !== undefined) send(upstream, query);
    }
  };
  return (next) => (query) => {
    const upstream = query.type === TYPE.HINFO ? probes.get(nameOf(query)) : undefined;
    if (upstream !== undefined) {
      if (!upstreams.isExcluded(upstream)) logger.error({ upstream: textOf(upstream) }, 'an upstream resolver sends questions back to the cluster DNS; it is not asked any more');
      upstreams.exclude(upstream);
      return failure(RCODE.refused);
    }
    if (!probed) probe();
    return next(query);
  };
}
