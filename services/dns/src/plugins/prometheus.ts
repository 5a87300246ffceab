import type { DnsMetrics } from '../metrics.js';
import { whenAnswered, type Plugin } from '../plugin.js';
import { isPacket, type Answer } from '../wire/answer.js';
import { RCODE_MASK } from '../wire/codes.js';

/** Counts questions, and how they were answered. */
export function prometheus(metrics: DnsMetrics): Plugin {
  return (next) => (query) => {
    const started = performance.now();
    metrics.asked(query);
    return whenAnswered(next(query), (answer) => {
      metrics.answered(rcodeOf(answer), performance.now() - started);
      return answer;
    });
  };
}

function rcodeOf(answer: Answer): number {
  return isPacket(answer) ? answer.packet[3]! & RCODE_MASK : answer.rcode;
}
