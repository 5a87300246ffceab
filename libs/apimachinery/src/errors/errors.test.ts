import { describe, expect, it, test } from 'vitest';
import * as errors from '../index.js';

const pods = { group: '', resource: 'pods' };
const deployments = { group: 'apps', resource: 'deployments' };

const table: [sentence: string, error: errors.StatusError, code: number, reason: string, message: string][] = [
  ['a missing pod is named by its resource', errors.newNotFound(pods, 'a'), 404, 'NotFound', 'pods "a" not found'],
  ['a group stands behind the resource', errors.newNotFound(deployments, 'a'), 404, 'NotFound', 'deployments.apps "a" not found'],
  ['a second create is a conflict of its own', errors.newAlreadyExists(pods, 'a'), 409, 'AlreadyExists', 'pods "a" already exists'],
  [
    'a lost compare-and-swap tells what to do',
    errors.newConflict(pods, 'a', errors.modifiedMessage),
    409,
    'Conflict',
    'Operation cannot be fulfilled on pods "a": the object has been modified; please apply your changes to the latest version and try again',
  ],
  ['forbidden without a name', errors.newForbidden(pods, '', 'no'), 403, 'Forbidden', 'pods is forbidden: no'],
  ['forbidden with a name', errors.newForbidden(pods, 'a', 'no'), 403, 'Forbidden', 'pods "a" is forbidden: no'],
  ['forbidden outside of resources', errors.newForbidden({ group: '', resource: '' }, '', 'no'), 403, 'Forbidden', 'forbidden: no'],
  ['unauthorized has a default text', errors.newUnauthorized(), 401, 'Unauthorized', 'not authorized'],
  ['a verb that the resource lacks', errors.newMethodNotAllowed(), 405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource'],
  ['an old revision is expired', errors.newExpired('too old resource version: 1 (5)'), 410, 'Expired', 'too old resource version: 1 (5)'],
  ['a future revision is a timeout', errors.newTooLargeResourceVersion(9, 5n, 1), 504, 'Timeout', 'Timeout: Too large resource version: 9, current: 5'],
  ['a server timeout is a 500', errors.newServerTimeout(pods, 'list', 2), 500, 'ServerTimeout', 'The list operation against pods could not be completed at this time, please try again.'],
  ['an internal error shows its cause', errors.newInternalError(new Error('x')), 500, 'InternalError', 'Internal error occurred: x'],
  ['too large a body', errors.newRequestEntityTooLarge('limit is 3145728'), 413, 'RequestEntityTooLarge', 'Request entity too large: limit is 3145728'],
];

test.each(table)('%s', (_sentence, error, code, reason, message) => {
  expect(error.status).toMatchObject({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code, reason, message });
  expect(error.message).toBe(message);
  expect(error).toBeInstanceOf(Error);
});

describe('newInvalid', () => {
  const required: errors.FieldError = { type: 'FieldValueRequired', field: 'spec.foo', message: 'Required value' };
  const invalid: errors.FieldError = { type: 'FieldValueInvalid', field: 'spec.bar', message: 'Invalid value: 1: must be 2' };

  it('puts a single finding behind a colon', () => {
    const { status } = errors.newInvalid({ group: '', kind: 'Pod' }, 'x', [required]);
    expect(status.message).toBe('Pod "x" is invalid: spec.foo: Required value');
    expect(status.details).toEqual({ name: 'x', kind: 'Pod', causes: [{ reason: 'FieldValueRequired', message: 'Required value', field: 'spec.foo' }] });
  });

  it('puts several findings into brackets, each once, and keeps every cause', () => {
    const { status } = errors.newInvalid({ group: 'apps', kind: 'Deployment' }, 'x', [required, invalid, required]);
    expect(status.message).toBe('Deployment.apps "x" is invalid: [spec.foo: Required value, spec.bar: Invalid value: 1: must be 2]');
    expect(status.details?.causes).toHaveLength(3);
  });
});

describe('the wire form', () => {
  it('has the fields in the order in which upstream writes them', () => {
    expect(JSON.stringify(errors.newNotFound(pods, 'a').status)).toBe(
      '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"pods \\"a\\" not found","reason":"NotFound","details":{"name":"a","kind":"pods"},"code":404}',
    );
  });

  it('survives a round trip', () => {
    const received: unknown = JSON.parse(JSON.stringify(errors.newTooLargeResourceVersion(9, 5, 1).status));
    expect(errors.isStatus(received)).toBe(true);
    const error = errors.statusErrorFrom(received as errors.Status);
    expect(errors.isTooLargeResourceVersion(error)).toBe(true);
    expect(errors.suggestedRetryAfterSeconds(error)).toBe(1);
  });

  it('makes an internal error of anything else', () => {
    expect(errors.toStatus('oops')).toMatchObject({ code: 500, reason: 'InternalError', message: 'Internal error occurred: oops' });
    expect(errors.isNotFound(new Error('not found'))).toBe(false);
  });

  it('names an answer without a status by its code', () => {
    const error = errors.newGenericServerResponse({ code: 404, verb: 'GET', resource: pods, name: 'a', body: '404 page not found' });
    expect(errors.isNotFound(error)).toBe(true);
    expect(error.message).toBe('the server could not find the requested resource (get pods a)');
  });
});

test.each([
  ['plain', '"plain"'],
  ['a"b\\c', '"a\\"b\\\\c"'],
  ['line\nend\x00', '"line\\nend\\x00"'],
  ['äöü 日本', '"äöü 日本"'],
  ['\u200b', '"\\u200b"'],
])('goQuote quotes %j as Go does', (text, quoted) => {
  expect(errors.goQuote(text)).toBe(quoted);
});
