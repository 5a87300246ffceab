import { describe, expect, it } from 'vitest';
import { RequestContext } from './request-context.js';
import { checkTimeout, requestedTimeout } from './request-timeout.js';

const context = (query: string, path = '/api/v1/pods'): RequestContext => new RequestContext({ method: 'GET', path, query, headers: {}, body: undefined, identity: undefined });

describe('the timeout of a request', () => {
  it.each([
    ['timeout=10s', 10_000],
    ['timeout=1m30s', 90_000],
    ['timeout=250ms', 250],
    ['timeout=0s', undefined],
    ['timeout=-5s', undefined],
    ['timeout=', undefined],
    ['timeoutSeconds=5', undefined],
    ['timeout=5s&watch=true', undefined],
    ['', undefined],
  ])('%s is %s', (query, milliseconds) => {
    expect(requestedTimeout(context(query))).toBe(milliseconds);
    expect(() => checkTimeout(context(query))).not.toThrow();
  });

  it('is none of a stream', () => {
    expect(requestedTimeout(context('timeout=5s', '/api/v1/namespaces/n/pods/p/log'))).toBeUndefined();
  });

  it.each([
    ['x', 'invalid duration "x"'],
    ['5', 'missing unit in duration "5"'],
    ['5x', 'unknown unit "x" in duration "5x"'],
    ['1s5', 'missing unit in duration "1s5"'],
    ['-', 'invalid duration "-"'],
  ])('%s is refused', (text, problem) => {
    expect(() => checkTimeout(context(`timeout=${text}`))).toThrow(`invalid timeout specified in the request URL - time: ${problem}`);
  });
});
