import { decodeProtobuf, parseYaml } from '@gantry/apimachinery';
import { createBusTransport } from '@gantry/client';
import { createMetrics } from '@gantry/platform/metrics';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi } from '../test-api.suite.js';
import type { TestApi } from '../test-api.suite.js';

const MAPS = '/api/v1/namespaces/default/configmaps';
const COUNT = 24;
const names = Array.from({ length: COUNT }, (_, index) => `long-${String(index).padStart(2, '0')}`);

let test: TestApi;
/** Together they are longer than what a list is made of before it is sent. */
beforeAll(async () => {
  test = await startTestApi({ metrics: createMetrics() });
  for (const name of names) await test.call('POST', MAPS, { metadata: { name, labels: { is: 'long' } }, data: { k: name.repeat(9_000) } });
});
afterAll(() => test.stop());

type Elements = readonly { readonly metadata?: { readonly name: string }; readonly object?: { readonly metadata: { readonly name: string } } }[];
const elements = (list: Record<string, unknown>): Elements => (list['items'] ?? list['rows']) as Elements;
const nameOf = ({ metadata, object }: Elements[number]): string | undefined => (metadata ?? object?.metadata)?.name;

function decoded(accept: string, body: unknown): Record<string, unknown> {
  if (accept.includes('protobuf')) return decodeProtobuf(body as Uint8Array) as unknown as Record<string, unknown>;
  if (accept.includes('yaml')) return parseYaml(Buffer.from(body as Uint8Array).toString()).value as Record<string, unknown>;
  return body as Record<string, unknown>;
}

describe('a list that is made while it is sent', () => {
  it.each([
    'application/json',
    'application/yaml',
    'application/vnd.kubernetes.protobuf',
    'application/json;as=Table;v=v1;g=meta.k8s.io',
    'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
    'application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
  ])('has what its pages have: %s', async (accept) => {
    const listed = async (query: string): Promise<[Record<string, unknown>, string | undefined]> => {
      const { body, headers } = await test.call('GET', `${MAPS}?labelSelector=is%3Dlong${query}`, undefined, { accept });
      return [decoded(accept, body), headers['content-length']];
    };
    const [long, length] = await listed('');
    expect(length).toBeUndefined();
    expect(elements(long).map(nameOf)).toEqual(names);
    const pages: unknown[] = [];
    for (let page = '&limit=2'; page !== ''; ) {
      const [short, known] = await listed(page);
      expect(known).toBeDefined();
      pages.push(...elements(short));
      const token = (short['metadata'] as { continue?: string }).continue ?? '';
      page = token === '' ? '' : `&limit=2&continue=${token}`;
    }
    expect(elements(long)).toEqual(pages);
  });

  it('is one message to a part of the cluster', async () => {
    const transport = createBusTransport({ bus: test.bus, subjectPrefix: 'api.component.cluster' });
    const { body } = await transport.send({ method: 'GET', path: MAPS, query: 'labelSelector=is%3Dlong', headers: {} });
    expect(elements(JSON.parse(Buffer.from(body).toString()) as Record<string, unknown>).map(nameOf)).toEqual(names);
  });

  const series = 'verb="LIST",group="",version="v1",resource="configmaps",subresource="",scope="namespace",component="apiserver"';
  async function measure(name: string): Promise<number> {
    const text = Buffer.from((await test.call('GET', '/metrics')).body as Uint8Array).toString();
    return Number(text.split('\n').find((one) => one.startsWith(`${name}{${series}`))?.split(' ').at(-1) ?? 0);
  }

  it('is counted when it has been sent, with its size', async () => {
    const [count, sum] = [await measure('apiserver_response_sizes_count'), await measure('apiserver_response_sizes_sum')];
    const { body } = await test.call('GET', MAPS);
    expect([(await measure('apiserver_response_sizes_count')) - count, (await measure('apiserver_response_sizes_sum')) - sum]).toEqual([1, Buffer.byteLength(JSON.stringify(body))]);
  });

  it('of which only the head is asked for is counted, too', async () => {
    const count = await measure('apiserver_request_sli_duration_seconds_count');
    expect((await test.call('HEAD', MAPS)).status).toBe(200);
    expect((await measure('apiserver_request_sli_duration_seconds_count')) - count).toBe(1);
  });
});
