import type { Count, Metrics } from '@gantry/platform/metrics';
import { TYPE } from './wire/codes.js';
import type { Query } from './wire/query.js';

/** What a DNS server counts of a question and its answer. */
export interface DnsMetrics {
  asked(query: Query): void;
  answered(rcode: number, milliseconds: number): void;
}

const MILLISECONDS = 1_000;
/** Seconds, CoreDNS' own. */
const SECONDS = [0.00025, 0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.024, 2.048, 4.096, 8.192];
const SERVER = { server: 'dns://:53', zone: '.', view: '' } as const;
const PLACE = ['server', 'zone', 'view'] as const;
const RCODES: Readonly<Record<number, string>> = { 0: 'NOERROR', 1: 'FORMERR', 2: 'SERVFAIL', 3: 'NXDOMAIN', 4: 'NOTIMP', 5: 'REFUSED', 16: 'BADVERS' };
const TYPES = new Map<number, string>(Object.entries(TYPE).map(([name, number]) => [number, name]));

/** Under CoreDNS' names. Made once a process. */
export function createDnsMetrics(metrics: Metrics): DnsMetrics {
  const requests = metrics.counter({ name: 'coredns_dns_requests_total', help: 'Questions.', labels: [...PLACE, 'proto', 'family', 'type'] });
  const responses = metrics.counter({ name: 'coredns_dns_responses_total', help: 'Answers by their code.', labels: [...PLACE, 'rcode', 'plugin'] });
  const seconds = metrics.histogram({ name: 'coredns_dns_request_duration_seconds', help: 'From a question to its answer.', labels: PLACE, buckets: SECONDS }).of(SERVER);
  const byType = { udp: counts((type: number) => requests.of({ ...SERVER, proto: 'udp', family: '1', type: TYPES.get(type) ?? 'other' })), tcp: counts((type: number) => requests.of({ ...SERVER, proto: 'tcp', family: '1', type: TYPES.get(type) ?? 'other' })) };
  const byCode = counts((rcode) => responses.of({ ...SERVER, rcode: RCODES[rcode] ?? String(rcode), plugin: '' }));
  for (const rcode of [0, 2, 3]) byCode(rcode);
  return {
    asked: ({ type, transport }) => byType[transport](type).add(),
    answered: (rcode, milliseconds) => {
      byCode(rcode).add();
      seconds.observe(milliseconds / MILLISECONDS);
    },
  };
}

/** The count of a number, looked up without making a text. */
function counts(make: (number: number) => Count): (number: number) => Count {
  const made = new Map<number, Count>();
  return (number) => {
    let count = made.get(number);
    if (count === undefined) made.set(number, (count = make(number)));
    return count;
  };
}
