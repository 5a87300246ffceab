import type { IncomingMessage } from 'node:http';
import { entryFrom } from '../entry.ts';
import { bodyOf, json, text, type Reply, type Routes } from '../serving/http.ts';
import type { Settings } from '../settings.ts';
import { append, newest, type StoreAddress } from '../store/client.ts';

/** The part between the page and the store: knows what an entry is, and the password. */
export function apiRoutes(settings: Settings): Routes {
  const store = { host: settings.storeHost, port: settings.storePort, password: settings.password };
  return {
    'GET /healthz': () => text(200, 'ok'),
    'GET /readyz': async () => ((await newest(store, 0)), text(200, 'ok')),
    'GET /entries': async () => json(200, { pod: settings.pod, version: settings.version, ...(await newest(store, settings.shown)) }),
    'POST /entries': (request) => add(request, store, settings),
  };
}

async function add(request: IncomingMessage, store: StoreAddress, { longest, pod }: Settings): Promise<Reply> {
  const input = parse(await bodyOf(request));
  if (input === undefined) return json(400, { error: 'That is no JSON.' });
  const entry = entryFrom(input, longest, new Date());
  if (typeof entry === 'string') return json(400, { error: entry });
  return json(201, { pod, entry, total: await append(store, entry) });
}

function parse(body: string): object | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
