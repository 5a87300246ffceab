import type { Family } from '@gantry/platform/metrics';
import { identityOf } from '../pods/pod.js';
import type { Pod } from '../pods/pod.js';

interface Counted {
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  value: number;
}

/** How often each container was asked how it is, and with what result; forgotten with its pod. */
export class ProbeCounts {
  readonly #counts = new Map<string, Counted>();

  constructor(private readonly pods: () => readonly Pod[]) {}

  asked(pod: Pod, container: string, type: string, result: string): void {
    const { uid, namespace, name } = identityOf(pod);
    const key = `${uid} ${container} ${type} ${result}`;
    const counted = this.#counts.get(key);
    if (counted !== undefined) counted.value += 1;
    else this.#counts.set(key, { uid, labels: { container, namespace, pod: name, pod_uid: uid, probe_type: TYPES[type] ?? type, result: RESULTS[result] ?? result }, value: 1 });
  }

  families(): Family[] {
    const present = new Set(this.pods().map((pod) => identityOf(pod).uid));
    for (const [key, { uid }] of this.#counts) if (!present.has(uid)) this.#counts.delete(key);
    return [{ name: 'prober_probe_total', help: 'Probes by container and result.', type: 'counter', samples: [...this.#counts.values()] }];
  }
}

/** As upstream writes them. */
const TYPES: Readonly<Record<string, string>> = { liveness: 'Liveness', readiness: 'Readiness', startup: 'Startup' };
const RESULTS: Readonly<Record<string, string>> = { success: 'successful', warning: 'successful', failure: 'failed', unknown: 'unknown' };
