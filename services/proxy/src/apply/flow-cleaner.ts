import type { Logger } from '@gantry/async';
import type { NodeFacts, ServicePort } from '../rules/service-port.js';
import type { RunProgram } from './programs.js';
import { isAbsent } from './programs.js';
import { staleFlows } from './stale-flows.js';

export interface FlowCleanerOptions {
  readonly run: RunProgram;
  readonly node: NodeFacts;
  readonly logger: Logger;
  /** Told once, in a sentence for the user. */
  readonly warn: (warning: string) => void;
}

/** Ends the UDP flows whose endpoint is gone. Returns at once, for ever, where the machine lacks the tool. */
export function createFlowCleaner({ run, node, logger, warn }: FlowCleanerOptions): (ports: Iterable<ServicePort>) => Promise<void> {
  let isUsable = true;
  return async (ports) => {
    if (!isUsable) return;
    try {
      const listing = await run('conntrack', ['-L', '-f', 'ipv4', '-p', 'udp']);
      for (const { destination, port, replySource } of staleFlows(listing, ports, node)) {
        // It fails where a flow ended by itself meanwhile.
        await run('conntrack', ['-D', '-f', 'ipv4', '-p', 'udp', '-d', destination, '--dport', String(port), '-r', replySource]).catch(() => undefined);
      }
    } catch (error) {
      isUsable = !isAbsent(error);
      if (isUsable) logger.warn({ err: error }, 'UDP flows to endpoints that are gone could not be ended');
      else warn('the program conntrack is not installed: a client that keeps sending UDP to a Service from one port may stay with an endpoint that is gone until it pauses for two minutes');
    }
  };
}
