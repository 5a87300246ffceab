import { createServer as createHttpServer } from 'node:http';
import { apiRoutes } from './api/routes.ts';
import { drain } from './serving/drain.ts';
import { handler, type Routes } from './serving/http.ts';
import { readSettings, type Settings } from './settings.ts';
import { EntryLog } from './store/log.ts';
import { createStore } from './store/server.ts';
import { webRoutes } from './web/routes.ts';

/** Starts a part and resolves to what ends it. */
type Start = (settings: Settings) => Promise<() => Promise<void>>;

/** One image for all parts: which one a container is, its command says. */
const PARTS: Readonly<Record<string, Start>> = {
  web: (settings) => serveHttp(webRoutes(settings), settings),
  api: (settings) => serveHttp(apiRoutes(settings), settings),
  store: serveStore,
};

async function serveHttp(routes: Routes, { port, drain: grace }: Settings): Promise<() => Promise<void>> {
  let draining = false;
  const server = createHttpServer(handler(routes, () => draining));
  // Longer than clients keep a connection: the one who closes it should be the one who knows what it is about to send.
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve) => server.listen(port, resolve));
  return () => drain(server, grace, () => (draining = true));
}

async function serveStore({ port, dataDir, password }: Settings): Promise<() => Promise<void>> {
  const log = await EntryLog.open(dataDir);
  const server = createStore({ log, password });
  await new Promise<void>((resolve) => server.listen(port, resolve));
  return async () => {
    server.close();
    await log.close();
  };
}

const [part = ''] = process.argv.slice(2);
const start = PARTS[part];
if (start === undefined) {
  process.stderr.write(`which part? ${Object.keys(PARTS).join(', ')}\n`);
  process.exit(2);
}
const settings = readSettings(process.env);
const stop = await start(settings);
process.stdout.write(`${part} ${settings.version} listens on port ${settings.port}\n`);
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    process.stdout.write(`${part} ends\n`);
    void stop().then(() => process.exit(0));
  });
}
