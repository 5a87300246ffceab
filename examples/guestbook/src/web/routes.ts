import type { IncomingMessage } from 'node:http';
import { bodyOf, json, text, type Reply, type Routes } from '../serving/http.ts';
import type { Settings } from '../settings.ts';
import { ask, readBook } from './api-client.ts';
import { PAGE_HEADERS, renderPage } from './page.ts';

/** The page that people look at; it knows where the API part is and nothing of the store. */
export function webRoutes(settings: Settings): Routes {
  return {
    'GET /': () => page(settings),
    'POST /': (request) => write(request, settings),
    'GET /entries': async () => {
      const { entries, total, pod: apiPod } = await readBook(settings.apiUrl);
      return json(200, { version: settings.version, webPod: settings.pod, apiPod, total, entries });
    },
    // Not whether the API part answers: a page that says what is missing is better than no page.
    'GET /healthz': () => text(200, 'ok'),
    'GET /readyz': () => text(200, 'ok'),
  };
}

async function page(settings: Settings, problem?: string): Promise<Reply> {
  const { title, greeting, version, pod: webPod, longest, apiUrl } = settings;
  const { entries, total, pod: apiPod } = await readBook(apiUrl);
  const body = renderPage({ title, greeting, version, webPod, apiPod, entries, total, longest, problem });
  return { status: problem === undefined ? 200 : 400, type: 'text/html; charset=utf-8', headers: PAGE_HEADERS, body };
}

/** After a success the browser gets the page anew, so that its reload writes nothing twice. */
async function write(request: IncomingMessage, settings: Settings): Promise<Reply> {
  const fields = new URLSearchParams(await bodyOf(request));
  const { status, body } = await ask(settings.apiUrl, 'POST', '/entries', JSON.stringify({ name: fields.get('name'), text: fields.get('text') }));
  if (status === 201) return { status: 303, headers: { location: '/' }, body: '' };
  if (status === 400) return page(settings, (JSON.parse(body) as { error: string }).error);
  throw new Error(`the API answered ${status}`);
}
