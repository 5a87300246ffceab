import { expect, it } from 'vitest';
import { escape, renderPage, type PageView } from './page.ts';
import { styleOf } from './style.ts';

const view: PageView = { title: 'Book', greeting: 'Hello', version: '1', webPod: 'web-1', apiPod: 'api-1', entries: [], total: 0, longest: 280 };

it('says its version and the pods that made it', () => {
  const page = renderPage(view);
  for (const part of ['version 1', '<code>web-1</code>', '<code>api-1</code>', '0 entries']) expect(page).toContain(part);
});

it('shows what people wrote as text, whatever it is', () => {
  const page = renderPage({ ...view, total: 1, entries: [{ name: '<b>"me"</b>', text: '<script>alert(1)</script>', time: '2026-01-02T03:04:05.000Z' }] });
  expect(page).not.toContain('<script>');
  for (const part of ['&lt;script&gt;alert(1)&lt;/script&gt;', '&lt;b&gt;&quot;me&quot;&lt;/b&gt;', '2026-01-02 03:04 UTC', '1 entry in']) expect(page).toContain(part);
});

it('says what was wrong', () => {
  expect(renderPage({ ...view, problem: 'Too "long"' })).toContain('role="alert">Too &quot;long&quot;');
});

it('escapes each character that means something', () => {
  expect(escape(`<a href="x" title='y'>&`)).toBe('&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;');
});

it('looks different with the second tag, and like the first with one that it does not know', () => {
  expect(styleOf('2')).not.toBe(styleOf('1'));
  expect(styleOf('3')).toBe(styleOf('1'));
});
