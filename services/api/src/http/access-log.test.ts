import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '@gantry/async';
import type { Logger } from '@gantry/async';
import { createBusTransport } from '@gantry/client';
import { startTestApi } from '../test-api.suite.js';
import type { TestApi } from '../test-api.suite.js';

let test: TestApi;
const lines: Record<string, unknown>[] = [];
const logger: Logger = { ...silentLogger, isLevelEnabled: () => true, debug: (fields, message) => void (message === 'A request was answered' && lines.push({ ...fields })) };

beforeAll(async () => {
  test = await startTestApi({ logger });
});
afterAll(() => test.stop());

const lineOf = (userAgent: string): Record<string, unknown> | undefined => lines.find((line) => line['userAgent'] === userAgent);

describe('the access log', () => {
  it('has a line for each request: who, what, in which forms, and what came of it', async () => {
    await test.call('POST', '/api/v1/namespaces/default/configmaps?dryRun=All', { metadata: { name: 'a' } }, { 'user-agent': 'a-test', authorization: 'Bearer x' });
    expect(lineOf('a-test')).toEqual({
      method: 'POST', uri: '/api/v1/namespaces/default/configmaps?dryRun=All', protocol: 'HTTP/1.1', user: expect.any(String), userAgent: 'a-test', accept: 'application/json', contentType: 'application/json',
      status: 201, answerType: 'application/json', ms: expect.any(Number), auditId: expect.any(String),
    });
  });

  it('has what was refused, too', async () => {
    await test.call('GET', '/api/v1/namespaces/default/nothing', undefined, { 'user-agent': 'refused' });
    expect(lineOf('refused')).toMatchObject({ status: 404 });
  });

  it('says that a request came over the bus', async () => {
    await createBusTransport({ bus: test.bus, subjectPrefix: 'api.component.cluster' }).send({ method: 'GET', path: '/version', headers: { 'user-agent': 'on-the-bus' } });
    expect(lineOf('on-the-bus')).toMatchObject({ protocol: 'bus', user: 'system:admin' });
  });
});

describe('without debug', () => {
  it('is not written', async () => {
    const asked: string[] = [];
    const quiet = await startTestApi({ logger: { ...silentLogger, isLevelEnabled: (level) => asked.push(level) < 0, debug: (_fields, message) => void asked.push(message) } });
    await quiet.call('GET', '/version');
    await quiet.stop();
    expect(asked).toContain('debug');
    expect(asked).not.toContain('A request was answered');
  });
});
