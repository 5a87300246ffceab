import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { apiRoutes } from './api/routes.ts';
import { drain } from './serving/drain.ts';
import { handler, text, type Routes } from './serving/http.ts';
import { readSettings } from './settings.ts';
import { EntryLog } from './store/log.ts';
import { createStore } from './store/server.ts';
import { webRoutes } from './web/routes.ts';

/** Serves routes; the function turns "we are going" on. */
async function serve(routes: Routes) {
  let draining = false;
  const server = createServer(handler(routes, () => draining)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, leave: () => (draining = true) };
}

/** All three parts on this machine. */
async function guestbook() {
  const data = await mkdtemp(join(tmpdir(), 'guestbook-'));
  const log = await EntryLog.open(data);
  const store = createStore({ log, password: () => 'sesame' }).listen(0, '127.0.0.1');
  await once(store, 'listening');
  onTestFinished(async () => {
    store.close();
    await log.close();
    await rm(data, { recursive: true });
  });
  const settings = { ...readSettings({ POD_NAME: 'pod-1', GUESTBOOK_VERSION: '2', GUESTBOOK_STORE_HOST: '127.0.0.1' }), storePort: (store.address() as AddressInfo).port, password: () => 'sesame' };
  const api = await serve(apiRoutes(settings));
  const web = await serve(webRoutes({ ...settings, apiUrl: api.url }));
  return { api, web, store };
}

const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' }) as const;

it('shows on the page what was written on it', async () => {
  const { web } = await guestbook();
  const written = await fetch(web.url, form({ name: 'Ada', text: 'fair winds' }));
  expect([written.status, written.headers.get('location')]).toEqual([303, '/']);
  const page = await (await fetch(web.url)).text();
  for (const part of ['version 2', 'fair winds', 'Ada', '1 entry in the book']) expect(page).toContain(part);
  expect(await (await fetch(`${web.url}/entries`)).json()).toMatchObject({ version: '2', webPod: 'pod-1', apiPod: 'pod-1', total: 1, entries: [{ text: 'fair winds' }] });
});

it('knows no page at what is no address', async () => {
  const { server } = await serve({});
  const { port } = server.address() as AddressInfo;
  const [answer] = (await once(get({ host: '127.0.0.1', port, path: '//', agent: false }), 'response')) as [IncomingMessage];
  answer.resume();
  expect(answer.statusCode).toBe(404);
});

it('says on the page what is wrong with an entry', async () => {
  const { web } = await guestbook();
  const refused = await fetch(web.url, form({ text: '' }));
  expect(refused.status).toBe(400);
  expect(await refused.text()).toContain('There is nothing in it.');
});

it.each([
  ['no JSON', '{', 'That is no JSON.'],
  ['no object', '7', 'That is no JSON.'],
  ['no text', '{}', 'There is nothing in it.'],
])('refuses at the API %s', async (_sentence, body, error) => {
  const { api } = await guestbook();
  const answer = await fetch(`${api.url}/entries`, { method: 'POST', body });
  expect([answer.status, await answer.json()]).toEqual([400, { error }]);
});

it('is ready as long as the store answers, and lives on without it', async () => {
  const { api, store } = await guestbook();
  const codes = async () => Promise.all(['/readyz', '/healthz', '/nothing'].map(async (path) => (await fetch(`${api.url}${path}`)).status));
  expect(await codes()).toEqual([200, 200, 404]);
  store.close();
  expect(await codes()).toEqual([502, 200, 404]);
});

it('sends clients away with an answer before it ends, and cuts no connection that still asks', async () => {
  const { server, url, leave } = await serve({ 'GET /': () => text(200, 'here') });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  expect(await connectionHeader(url, agent)).not.toBe('close');
  const ended = drain(server, 10_000, leave);
  expect(await connectionHeader(url, agent)).toBe('close');
  await ended;
  expect(server.listening).toBe(false);
});

it('cuts in the end what does not go', async () => {
  const { server, url, leave } = await serve({ 'GET /': () => text(200, 'here') });
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  await connectionHeader(url, agent);
  await drain(server, 60, leave);
  expect(await connections(server)).toBe(0);
});

async function connectionHeader(url: string, agent: Agent): Promise<string | undefined> {
  const [response] = (await once(get(url, { agent }), 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  return response.headers.connection;
}

function connections(server: Server): Promise<number> {
  return new Promise((resolve) => server.getConnections((_error, count) => resolve(count)));
}
