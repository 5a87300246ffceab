import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Logger } from '@gantry/async';
import type { HealthCheck } from '../watch/service-tracker.js';

interface Listening {
  readonly port: number;
  readonly servers: readonly Server[];
}

/**
 * Answers load balancers that ask whether this node has endpoints of a Service with external traffic policy Local: 200 where it has, 503 where
 * it has none. `serve` may be called again at any time with what is wanted then.
 */
export class HealthChecks {
  private readonly listening = new Map<string, Listening>();
  private current: ReadonlyMap<string, HealthCheck> = new Map();
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly addresses: readonly string[],
    private readonly logger: Logger,
  ) {}

  serve(checks: readonly HealthCheck[]): Promise<void> {
    this.current = new Map(checks.map((check) => [`${check.namespace}/${check.name}`, check]));
    this.last = this.last.then(() => this.sync());
    return this.last;
  }

  stop(): Promise<void> {
    return this.serve([]);
  }

  private async sync(): Promise<void> {
    for (const [key, { port, servers }] of this.listening) {
      if (this.current.get(key)?.port === port) continue;
      await Promise.all(servers.map(close));
      this.listening.delete(key);
    }
    for (const [key, { port }] of this.current) {
      if (!this.listening.has(key)) await this.listen(key, port);
    }
  }

  private async listen(key: string, port: number): Promise<void> {
    const servers: Server[] = [];
    try {
      for (const address of this.addresses) servers.push(await this.open(key, address, port));
      this.listening.set(key, { port, servers });
    } catch (error) {
      await Promise.all(servers.map(close));
      this.logger.warn({ err: error, service: key, port }, 'the health check of a Service could not be served');
    }
  }

  private async open(key: string, address: string, port: number): Promise<Server> {
    const { createServer } = process.getBuiltinModule('node:http');
    const server = createServer((_request, response) => {
      const { namespace = '', name = '', localEndpoints = 0 } = this.current.get(key) ?? {};
      response.writeHead(localEndpoints > 0 ? 200 : 503, { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' });
      response.end(JSON.stringify({ service: { namespace, name }, localEndpoints, serviceProxyHealthy: true }));
    });
    server.listen(port, address);
    await once(server, 'listening');
    return server;
  }
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
