import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi } from '../test-api.suite.js';
import type { TestAnswer, TestApi } from '../test-api.suite.js';

const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

let test: TestApi;
beforeAll(async () => {
  test = await startTestApi();
  await test.call('POST', DEPLOYMENTS, good('there'));
});
afterAll(() => test.stop());

/** A manifest as text; `more` stands among the fields of the spec, before the replicas. */
function text(name: string, more: string, top = ''): string {
  return `{"apiVersion":"apps/v1","kind":"Deployment",${top}"metadata":{"name":"${name}"},"spec":{${more}"replicas":1,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}`;
}

function good(name: string): string {
  return text(name, '');
}

const patched = (query: string, type: string, body: string): Promise<TestAnswer> => test.call('PATCH', `${DEPLOYMENTS}/there?${query}`, body, { 'content-type': `application/${type}` });
const strict = 'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: ';

describe('unknown and duplicate fields of a body', () => {
  const bad = (name: string): string => text(name, '"unknown1":{"x":1,"x":2},"replicas":2,"unknown2":1,', '"unknown0":1,"kind":"Deployment",');
  const found = ['unknown field "unknown0"', 'duplicate field "kind"', 'unknown field "spec.unknown1"', 'unknown field "spec.unknown2"', 'duplicate field "spec.replicas"'];

  it('are refused where they stand', async () => {
    for (const [method, path] of [['POST', DEPLOYMENTS], ['PUT', `${DEPLOYMENTS}/there`]] as const) {
      const { status, body } = await test.call(method, `${path}?fieldValidation=Strict`, bad('there'));
      expect([status, body.message]).toEqual([400, strict + found.join(', ')]);
    }
  });

  it('are warned of when nobody says how', async () => {
    const { status, headers } = await test.call('POST', DEPLOYMENTS, bad('warned'));
    expect([status, headers['warning']]).toEqual([201, found.map((problem) => `299 - "${problem.replaceAll('"', '\\"')}"`).join(', ')]);
  });

  it('are ignored on demand', async () => {
    const { status, headers } = await test.call('POST', `${DEPLOYMENTS}?fieldValidation=Ignore`, bad('ignored'));
    expect([status, headers['warning']]).toEqual([201, undefined]);
  });

  it('of YAML are told with the duplicates first', async () => {
    const yaml = `${good('yaml').slice(0, -1)},"foo":1,\n"kind":"Deployment"}`;
    const { status, body } = await test.call('POST', `${DEPLOYMENTS}?fieldValidation=Strict`, yaml, { 'content-type': 'application/yaml' });
    expect([status, body.message]).toEqual([400, `${strict}yaml: unmarshal errors:\n  line 2: key "kind" already set in map, unknown field "foo"`]);
  });

  it('of YAML are warned of one by one', async () => {
    const twice = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: twice}\ndata: {a: x, b: x, a: z, b: z}\n';
    const told = ['a', 'b'].map((key) => `299 - "line 4: key \\"${key}\\" already set in map"`).join(', ');
    const maps = '/api/v1/namespaces/default/configmaps';
    expect((await test.call('POST', `${maps}?dryRun=All`, twice, { 'content-type': 'application/yaml' })).headers['warning']).toBe(told);
    expect((await test.call('PATCH', `${maps}/twice?dryRun=All&fieldManager=x`, twice, { 'content-type': 'application/apply-patch+yaml' })).headers['warning']).toBe(told);
  });

  it('in metadata are found, too', async () => {
    const { body } = await test.call('POST', `${DEPLOYMENTS}?fieldValidation=Strict`, good('meta').replace('"name":"meta"', '"name":"meta","unknownMeta":"x","name":"meta"').replace('"a":"b"}},"spec"', '"a":"b"},"tmplMeta":1},"spec"'));
    expect(body.message).toBe(`${strict}unknown field "metadata.unknownMeta", duplicate field "metadata.name", unknown field "spec.template.metadata.tmplMeta"`);
  });

  it('are looked for in what is no dry run as in what is', async () => {
    expect((await test.call('POST', `${DEPLOYMENTS}?dryRun=All&fieldValidation=Strict`, bad('dry'))).status).toBe(400);
  });
});

describe('unknown and duplicate fields of a patch', () => {
  it.each([
    ['json-patch+json', '[{"op":"add","path":"/spec/foo","value":1,"bar":2,"value":3}]', 'json patch duplicate field "[0].value", json patch unknown field "[0].bar"', 'json patch unknown field "[0].bar", json patch duplicate field "[0].value", unknown field "spec.foo"'],
    ['merge-patch+json', '{"spec":{"foo":1,"replicas":2,"replicas":3}}', '', 'duplicate field "spec.replicas", unknown field "spec.foo"'],
    ['strategic-merge-patch+json', '{"spec":{"foo":1,"replicas":2,"replicas":3}}', '', 'duplicate field "spec.replicas", unknown field "spec.foo"'],
  ])('%s are refused with what the patch makes', async (type, patch, _own, problems) => {
    const { status, body } = await patched('fieldValidation=Strict', type, patch);
    expect(status).toBe(422);
    expect(body.message).toMatch(/^ "" is invalid: patch: Invalid value: "/);
    expect(body.message.endsWith(`: strict decoding error: ${problems}`), body.message).toBe(true);
    const warned = await patched('dryRun=All', type, patch);
    expect([warned.status, warned.headers['warning']]).toEqual([200, problems.split(', ').map((problem) => `299 - "${problem.replaceAll('"', '\\"')}"`).join(', ')]);
  });

  it('are shown as Go shows a strategic one', async () => {
    const { body } = await patched('fieldValidation=Strict', 'strategic-merge-patch+json', '{"spec":{"foo":1}}');
    expect(body).toMatchObject({
      message: ' "" is invalid: patch: Invalid value: "map[spec:map[foo:1]]": strict decoding error: unknown field "spec.foo"',
      reason: 'Invalid', code: 422, details: { causes: [{ reason: 'FieldValueInvalid', field: 'patch' }] },
    });
  });

  it('are nothing to a value of the wrong type, which is refused first', async () => {
    const { status, body } = await patched('', 'merge-patch+json', '{"spec":{"replicas":"x","foo":1}}');
    expect([status, body.message.slice(-91)]).toEqual([422, 'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32'.slice(-91)]);
  });
});

describe('options of writes', () => {
  const refusals: [string, string][] = [
    ['dryRun=x', 'dryRun: Unsupported value: ["x"]: supported values: "All"'],
    ['fieldValidation=x', 'fieldValidation: Unsupported value: "x": supported values: "", "Ignore", "Strict", "Warn"'],
    [`fieldManager=${'x'.repeat(129)}`, 'fieldManager: Too long: may not be more than 128 bytes'],
  ];
  it.each(refusals)('%s are refused', async (query, problem) => {
    expect((await test.call('POST', `${DEPLOYMENTS}?${query}`, good('no'))).body.message).toBe(`CreateOptions.meta.k8s.io "" is invalid: ${problem}`);
    expect((await test.call('PUT', `${DEPLOYMENTS}/there?${query}`, good('there'))).body.message).toBe(`UpdateOptions.meta.k8s.io "" is invalid: ${problem}`);
    expect((await patched(query, 'merge-patch+json', '{}')).body.message).toBe(`PatchOptions.meta.k8s.io "" is invalid: ${problem}`);
  });

  it('do not force a patch that is no apply', async () => {
    expect((await patched('force=true', 'merge-patch+json', '{}')).body.message).toBe('PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch');
  });
});
