import { describe, expect, it } from 'vitest';
import { createMemoryBus } from '@gantry/bus';
import { createClient } from '../create-client.js';
import { NODES } from '../resources.js';
import { describeTransport } from '../transport.suite.js';
import { createBusTransport } from './bus-transport.js';
import { serveApi } from './serve-api.js';

describeTransport('bus transport', async (handler) => {
  const bus = createMemoryBus();
  const server = serveApi(bus, { subjects: ['api.component.*'], handler: (_identity, request) => handler(request) });
  const transport = createBusTransport({ bus, subjectPrefix: 'api.component.test' });
  const stop = async (): Promise<void> => {
    await transport.close();
    await bus.close();
  };
  return { transport, stopServer: () => server.close(), stop };
});

describe('serving the API on the bus', () => {
  it('tells the handler whose subject was used', async () => {
    const bus = createMemoryBus();
    const seen: string[] = [];
    serveApi(bus, {
      subjects: ['api.component.*', 'api.node.*'],
      handler: async (identity) => {
        seen.push(identity);
        return { status: 200, headers: {}, body: Buffer.from('{"items":[],"metadata":{}}') };
      },
    });
    await createClient(createBusTransport({ bus, subjectPrefix: 'api.node.n1' })).resource(NODES).list();
    await createClient(createBusTransport({ bus, subjectPrefix: 'api.component.scheduler' })).resource(NODES).get('n');
    expect(seen).toEqual(['api.node.n1', 'api.component.scheduler']);
    await bus.close();
  });

  it('refuses a body over the limit without reading on', async () => {
    const bus = createMemoryBus();
    serveApi(bus, { subjects: ['api.component.*'], maxBodyBytes: 1_000_000, handler: () => Promise.reject(new Error('reached')) });
    const transport = createBusTransport({ bus, subjectPrefix: 'api.component.x' });
    const response = await transport.send({ method: 'PUT', path: '/api/v1/nodes/n', headers: {}, body: Buffer.alloc(8_000_000) });
    expect(response.status).toBe(413);
    await bus.close();
  });

  it('gives up what flows without an end when one message was asked for', async () => {
    const bus = createMemoryBus();
    let isLeft = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield Buffer.alloc(100_000);
      } finally {
        isLeft = true;
      }
    }
    serveApi(bus, { subjects: ['api.component.*'], handler: async () => ({ status: 200, headers: {}, body: endless() }) });
    const headers = { 'gantry-method': 'GET', 'gantry-path': '/api/v1/nodes' };
    await expect(bus.request('api.component.x.request', new Uint8Array(0), { headers, timeoutMs: 60_000 })).rejects.toMatchObject({ code: 'too-large' });
    expect(isLeft).toBe(true);
    await bus.close();
  });

  it('cannot say what became of a write whose answer was lost', async () => {
    const bus = createMemoryBus();
    let answered = 0;
    serveApi(bus, {
      subjects: ['api.component.*'],
      handler: async () => {
        answered += 1;
        return { status: 201, headers: {}, body: Buffer.from('{}') };
      },
    });
    bus.faults.drop('api.>', { at: 'reply', times: 1 });
    const client = createClient(createBusTransport({ bus, subjectPrefix: 'api.component.x', timeoutMs: 30 }));
    await expect(client.resource(NODES).create({ metadata: { name: 'n' } })).rejects.toMatchObject({ code: 504, reason: 'Timeout' });
    expect(answered).toBe(1);
    await bus.close();
  });
});
