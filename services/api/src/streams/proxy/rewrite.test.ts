import { describe, expect, it } from 'vitest';
import { rewrittenHtml, rewrittenUrl } from './rewrite.js';

const rewriting = { prefix: '/api/v1/namespaces/d/pods/p:80/proxy', hosts: ['10.244.0.5:80', 'localhost:6443'] };
const P = rewriting.prefix;

describe('an address that a target gives', () => {
  it.each([
    ['/a/b?x=1#y', `${P}/a/b?x=1#y`],
    ['http://10.244.0.5:80/a', `${P}/a`],
    ['https://localhost:6443/a/', `${P}/a/`],
    ['//10.244.0.5:80/a', `${P}/a`],
    [`${P}/a`, `${P}/a`],
    ['a/b', 'a/b'],
    ['../a', '../a'],
    ['', ''],
    ['#top', '#top'],
    ['http://example.com/a', 'http://example.com/a'],
    ['//example.com/a', '//example.com/a'],
    ['mailto:a@b', 'mailto:a@b'],
    ['javascript:alert(1)', 'javascript:alert(1)'],
  ])('%s leads to %s', (url, expected) => {
    expect(rewrittenUrl(url, rewriting)).toBe(expected);
  });
});

describe('a page', () => {
  it.each([
    ['<a href="/rewriteme">test</a>', `<a href="${P}/rewriteme">test</a>`],
    ["<A class=x HREF='/a' id=\"y\">", `<A class=x HREF='${P}/a' id="y">`],
    ['<img src=/a.png alt="/b"/>', `<img src=${P}/a.png alt="/b"/>`],
    ['<p title="/a">/b</p>', '<p title="/a">/b</p>'],
    ['<a\n  href = "/a"\n>', `<a\n  href = "${P}/a"\n>`],
    ['<form action="/go"><link href="http://example.com/x">', `<form action="${P}/go"><link href="http://example.com/x">`],
    ['<a href="">x</a><a href>', '<a href="">x</a><a href>'],
    ['<a href="/unclosed', '<a href="/unclosed'],
    ['a < b > c <abc href="/x">', 'a < b > c <abc href="/x">'],
  ])('%s', (html, expected) => {
    expect(rewrittenHtml(html, rewriting)).toBe(expected);
  });

  it('of any length is read once', () => {
    const long = `${'<a '.repeat(200_000)}${'<a href="/x" '.repeat(1000)}`;
    expect(rewrittenHtml(long, rewriting).length).toBeGreaterThanOrEqual(long.length);
  });
});
