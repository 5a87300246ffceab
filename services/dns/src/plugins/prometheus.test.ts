import { createMetrics } from '@gantry/platform/metrics';
import { expect, it } from 'vitest';
import { createDnsMetrics } from '../metrics.js';
import { failure } from '../wire/answer.js';
import { RCODE, TYPE } from '../wire/codes.js';
import type { Query } from '../wire/query.js';
import { prometheus } from './prometheus.js';

const query = (type: number, transport: Query['transport']) => ({ type, transport }) as Query;

it('counts questions by type and way, and answers by code, whoever gave them', async () => {
  const metrics = createMetrics();
  const packet = Buffer.from([0, 0, 0x81, 0x83]);
  const handler = prometheus(createDnsMetrics(metrics))((asked) => (asked.type === TYPE.A ? failure(RCODE.noError) : Promise.resolve({ packet, age: 0 })));
  await handler(query(TYPE.A, 'udp'));
  await handler(query(TYPE.A, 'udp'));
  await handler(query(TYPE.AAAA, 'udp'));
  await handler(query(65, 'tcp'));
  const lines = (await metrics.text()).split('\n');
  expect(lines.filter((line) => /^coredns_dns_(requests|responses)_total/.test(line))).toEqual([
    'coredns_dns_requests_total{server="dns://:53",zone=".",view="",proto="udp",family="1",type="A"} 2',
    'coredns_dns_requests_total{server="dns://:53",zone=".",view="",proto="udp",family="1",type="AAAA"} 1',
    'coredns_dns_requests_total{server="dns://:53",zone=".",view="",proto="tcp",family="1",type="other"} 1',
    'coredns_dns_responses_total{server="dns://:53",zone=".",view="",rcode="NOERROR",plugin=""} 2',
    'coredns_dns_responses_total{server="dns://:53",zone=".",view="",rcode="SERVFAIL",plugin=""} 0',
    'coredns_dns_responses_total{server="dns://:53",zone=".",view="",rcode="NXDOMAIN",plugin=""} 2',
  ]);
  expect(lines).toContain('coredns_dns_request_duration_seconds_count{server="dns://:53",zone=".",view=""} 4');
});
