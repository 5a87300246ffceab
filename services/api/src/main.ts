import { connectBus, connectionCheck, nodeUserToken } from '@gantry/bus/nats';
import { RUNNING_PART, startService } from '@gantry/platform/nest';
import { runServiceProcess, type RunningService, type ServiceContext } from '@gantry/platform/process';
import { SERVER_VERSION } from '@gantry/platform/version';
import { createRegistry, kinds } from '@gantry/resources';
import { ApiModule } from './api.module.js';
import { readApiConfig, type ApiConfig } from './config.js';
import type { RunningApi } from './options.js';
import { createRemoteStorage } from './remote-storage/remote-storage.js';

/** The api as a process: over NATS, whose store may come later. Any number of replicas serve, with nothing but the store between them. */
async function start(config: ApiConfig, { logger, signal, metrics }: ServiceContext): Promise<RunningService> {
  const { bus: busSettings, nodeSigner, network, listen, tls, encryptionKey, serviceAccounts, publicAddress } = config;
  const bus = await connectBus(busSettings, { logger, signal });
  const application = await startService(
    ApiModule.register({
      bus, storage: createRemoteStorage(bus), listen, tls, encryptionKey, serviceAccounts, publicAddress, ...network, logger, metrics, failpoints: config.process.failpoints,
      kinds: createRegistry(kinds),
      serverVersion: SERVER_VERSION,
      ...(nodeSigner === undefined ? {} : { issueNodeToken: (name: string, userKey: string, expires: number) => nodeUserToken(nodeSigner, name, userKey, expires) }),
    }),
    logger,
  );
  let ready = false;
  void application.get<RunningApi>(RUNNING_PART).ready.then(() => void (ready = true), () => undefined);
  return {
    checks: [connectionCheck(bus), { name: 'watch-cache', check: () => (ready ? undefined : 'it is not filled yet') }],
    stop: async () => {
      await application.close();
      await bus.close();
    },
  };
}

await runServiceProcess((environment) => {
  const config = readApiConfig(environment);
  return { name: 'api', settings: config.process, start: (context) => start(config, context) };
});
