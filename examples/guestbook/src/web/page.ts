import type { Entry } from '../entry.ts';
import { styleOf } from './style.ts';

export interface PageView {
  readonly title: string;
  readonly greeting: string;
  readonly version: string;
  /** The pods that made this page. */
  readonly webPod: string;
  readonly apiPod: string;
  readonly entries: readonly Entry[];
  readonly total: number;
  /** What was wrong with what somebody just wrote. */
  readonly problem?: string;
  readonly longest: number;
}

/** What goes with the page: nothing on it runs, and nothing is loaded from elsewhere. */
export const PAGE_HEADERS = {
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
};

export function renderPage(view: PageView): string {
  const title = escape(view.title);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${styleOf(view.version)}</style>
</head>
<body>
<main>
<header>
<p class="badge">version ${escape(view.version)}</p>
<h1>${title}</h1>
<p class="greeting">${escape(view.greeting)}</p>
</header>
${form(view)}
${entryList(view.entries)}
<footer>
<p>${view.total} ${view.total === 1 ? 'entry' : 'entries'} in the book</p>
<p>page by <code>${escape(view.webPod)}</code>, entries by <code>${escape(view.apiPod)}</code></p>
</footer>
</main>
</body>
</html>
`;
}

function form({ problem, longest }: PageView): string {
  return `<form method="post" action="/">
${problem === undefined ? '' : `<p class="problem" role="alert">${escape(problem)}</p>\n`}<label>Your name <input name="name" maxlength="60" autocomplete="name"></label>
<label>Your line <textarea name="text" rows="2" maxlength="${longest}" required></textarea></label>
<button>Write it down</button>
</form>`;
}

function entryList(entries: readonly Entry[]): string {
  if (entries.length === 0) return '<p class="empty">Nobody has written anything yet. Be the first.</p>';
  return `<ol>\n${entries.map(entryItem).join('\n')}\n</ol>`;
}

function entryItem({ name, text, time }: Entry): string {
  const shown = `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;
  return `<li><p>${escape(text)}</p><p class="by">${escape(name)} <time datetime="${escape(time)}">${escape(shown)}</time></p></li>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as HTML shows it, whoever wrote it. */
export function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
