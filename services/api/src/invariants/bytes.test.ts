import { decodeProtobuf, decodeWatchFrame } from '@gantry/apimachinery';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { TestApi } from '../test-api.suite.js';
import { WatchReader } from '../watch-reader.suite.js';
import { PATH, replica } from './scene.suite.js';

const PODS = '/api/v1/namespaces/default/pods';

async function textOf(api: TestApi, path: string, accept = 'application/json'): Promise<Buffer> {
  return Buffer.from((await api.admin.send({ method: 'GET', path: path.split('?')[0]!, ...(path.includes('?') && { query: path.split('?')[1]! }), headers: { accept } })).body);
}

it('invariant 20: integers of 64 bits come out as they went in, in every representation', async () => {
  const api = await replica();
  const seconds = '9007199254740993';
  const spec = `{"containers":[{"name":"c","image":"i"}],"activeDeadlineSeconds":${seconds.slice(0, 9)},"terminationGracePeriodSeconds":${seconds}}`;
  const created = await api.call('POST', PODS, `{"metadata":{"name":"p"},"spec":${spec}}`);
  expect(created.status).toBe(201);
  const { resourceVersion } = created.body.metadata as { resourceVersion: string };
  for (const path of [`${PODS}/p`, PODS, `${PODS}?resourceVersion=${resourceVersion}&resourceVersionMatch=Exact`]) expect((await textOf(api, path)).toString()).toContain(`"terminationGracePeriodSeconds":${seconds}`);
  const pod = decodeProtobuf(await textOf(api, `${PODS}/p`, 'application/vnd.kubernetes.protobuf')) as unknown as { spec: { terminationGracePeriodSeconds: unknown } };
  expect(pod.spec.terminationGracePeriodSeconds).toBe(BigInt(seconds));
  const frames = await textOf(api, `${PODS}?watch=1&resourceVersion=0&timeoutSeconds=1`, 'application/vnd.kubernetes.protobuf');
  expect((decodeWatchFrame(frames)!.event.object as { spec: { terminationGracePeriodSeconds: unknown } }).spec.terminationGracePeriodSeconds).toBe(BigInt(seconds));
  const patched = await api.admin.send({ method: 'PATCH', path: `${PODS}/p`, body: Buffer.from('{"metadata":{"labels":{"a":"b"}}}'), headers: { 'content-type': 'application/merge-patch+json', accept: 'application/json' } });
  expect(Buffer.from(patched.body).toString()).toContain(`"terminationGracePeriodSeconds":${seconds}`);
});

it('invariant 20: what is in a config map comes out of get, list and watch byte for byte', async () => {
  const api = await replica();
  let count = 0;
  const key = fc.constantFrom('__proto__', 'constructor', 'a', 'toString', 'z.y');
  await fc.assert(
    fc.asyncProperty(fc.dictionary(key, fc.string({ unit: 'grapheme' }), { noNullPrototype: false }), async (plain) => {
      const name = `m${String(count++)}`;
      const data = JSON.stringify(plain);
      const { status, body } = await api.call('POST', PATH, `{"metadata":{"name":"${name}"},"data":${data}}`);
      expect(status).toBe(201);
      const watch = await WatchReader.open(api.admin, `${PATH}?fieldSelector=metadata.name%3D${name}&resourceVersion=0`);
      const [got, listed] = [(await api.call('GET', `${PATH}/${name}`)).body, (await api.call('GET', `${PATH}?fieldSelector=metadata.name%3D${name}`)).body.items[0]];
      const seen = (await watch.next())!.object;
      watch.close();
      for (const object of [body, got, listed, seen]) expect(entries(object.data)).toEqual(entries(JSON.parse(data)));
    }),
    { numRuns: 60, seed: 20 },
  );
});

/** A key `__proto__` is one like any other. */
function entries(data: object | undefined): [string, unknown][] {
  return Object.entries(data ?? {}).sort(([left], [right]) => (left < right ? -1 : 1));
}
