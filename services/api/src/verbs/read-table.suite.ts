import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodeContinue } from '../registry/continue-token.js';
import type { TestAnswer, TestApi } from '../test-api.suite.js';
import { WatchReader } from '../watch-reader.suite.js';

/** API replicas over one storage, in the order in which a balancer in front of them chooses. */
export interface Replicas {
  readonly apis: readonly TestApi[];
  stop(): Promise<void>;
}

const REVISIONS = ['unset', '0', 'gone', 'old', 'now', 'future', 'abc'] as const;
const MATCHES = ['', 'Exact', 'NotOlderThan', 'Sometimes'] as const;
const TOKENS = ['none', 'page', 'newest', 'gone', 'nonsense'] as const;
type Revision = (typeof REVISIONS)[number];
type Match = (typeof MATCHES)[number];
type Token = (typeof TOKENS)[number];

/** Objects of a namespace whose history is known: a, b and c at `old`; b deleted and d created since. What was before `old` is compacted. */
interface Scene {
  readonly path: string;
  readonly revisions: Readonly<Record<'gone' | 'old' | 'now' | 'future', number>>;
}

interface ListRow {
  readonly rv: Revision;
  readonly match: Match;
  readonly limit: number;
  readonly token: Token;
}

/** What a list shows, or the error that it is. `at`: the revision that it must name; `atLeast`: or a later one. */
type Expected = { readonly names: readonly string[]; readonly more: boolean; readonly at?: 'old'; readonly atLeast?: 'now' } | { readonly status: number; readonly reason: string; readonly message: string | RegExp };

const invalid = (errors: readonly string[]): Expected => ({ status: 422, reason: 'Invalid', message: `ListOptions.meta.k8s.io "" is invalid: ${errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]`}` });
const badRequest = (message: string): Expected => ({ status: 400, reason: 'BadRequest', message });
const tooLarge: Expected = { status: 504, reason: 'Timeout', message: /^Timeout: Too large resource version: \d+, current: \d+$/ };
const notNumber = 'resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax';

/** The rules of Kubernetes' documents, written down once more, without regard to how they are built. */
function expectedOf({ rv, match, limit, token }: ListRow): Expected {
  const errors = matchErrors(rv, match, token);
  if (errors.length > 0) return invalid(errors);
  const cut = (names: readonly string[]) => ({ names: limit > 0 ? names.slice(0, limit) : names, more: limit > 0 && names.length > limit });
  if (token === 'nonsense') return badRequest('invalid continue token: continue key is not valid: illegal base64 data at input byte 0');
  if (token !== 'none' && rv !== 'unset' && rv !== '0') return badRequest('specifying resource version is not allowed when using continue');
  if (token === 'gone') return { status: 410, reason: 'Expired', message: /^The provided continue parameter is too old to display a consistent list result\. .* or use the continue token in this response/ };
  if (token === 'page') return { ...cut(['b', 'c']), at: 'old' };
  if (token === 'newest') return { ...cut(['c', 'd']), atLeast: 'now' };
  if (rv === 'abc') return badRequest(`invalid resource version: ${notNumber}`);
  if (rv === 'future') return tooLarge;
  if (rv === '0') return { names: ['a', 'c', 'd'], more: false };
  const isExact = rv !== 'unset' && (match === 'Exact' || (match === '' && limit > 0));
  if (isExact && rv === 'gone') return { status: 410, reason: 'Expired', message: 'The resourceVersion for the provided list is too old.' };
  if (isExact && rv === 'old') return { ...cut(['a', 'b', 'c']), at: 'old' };
  return { ...cut(['a', 'c', 'd']), atLeast: 'now' };
}

function matchErrors(rv: Revision, match: Match, token: Token): string[] {
  const errors: string[] = [];
  if (match === '') return errors;
  if (rv === 'unset') errors.push('resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided');
  if (token !== 'none') errors.push('resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided');
  if (match === 'Sometimes') errors.push('resourceVersionMatch: Unsupported value: "Sometimes": supported values: "Exact", "NotOlderThan", ""');
  if (match === 'Exact' && rv === '0') errors.push('resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
  return errors;
}

const LIST_ROWS: readonly ListRow[] = REVISIONS.flatMap((rv) => MATCHES.flatMap((match) => [0, 1].flatMap((limit) => TOKENS.map((token) => ({ rv, match, limit, token })))));

/** The whole table of resourceVersion, match, limit and continue, against replicas that take turns. `absent`: why there can be none here. */
export function describeReadTable(name: string, make: () => Promise<Replicas>, absent: () => string | undefined = () => undefined): void {
  describe(name, () => {
    let replicas: Replicas;
    let scene: Scene;
    let turn = 0;
    const call = (method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<TestAnswer> => replicas.apis[turn++ % replicas.apis.length]!.call(method, path, body, headers);
    const valueOf = (rv: Exclude<Revision, 'unset'>): string => (rv === '0' || rv === 'abc' ? rv : String(scene.revisions[rv]));

    beforeAll(async () => {
      if (absent() !== undefined) return;
      replicas = await make();
      scene = await makeScene(call, replicas, 'table');
    });
    afterAll(() => replicas?.stop());
    beforeEach((context) => void (absent() !== undefined && context.skip(absent())));

    function queryOf({ rv, match, limit, token }: ListRow): string {
      const parts = rv === 'unset' ? [] : [`resourceVersion=${valueOf(rv)}`];
      if (match !== '') parts.push(`resourceVersionMatch=${match}`);
      if (limit > 0) parts.push(`limit=${String(limit)}`);
      const tokens = { page: encodeContinue({ revision: scene.revisions.old, after: 'a' }), newest: encodeContinue({ revision: -1, after: 'a' }), gone: encodeContinue({ revision: scene.revisions.gone, after: 'a' }), nonsense: '!' };
      if (token !== 'none') parts.push(`continue=${encodeURIComponent(tokens[token])}`);
      return parts.join('&');
    }

    function check({ status, headers, body }: TestAnswer, expected: Expected): void {
      if ('status' in expected) {
        expect([status, body.reason, body.message]).toEqual([expected.status, expected.reason, typeof expected.message === 'string' ? expected.message : expect.stringMatching(expected.message)]);
        if (status === 504) expect([headers['retry-after'], body.details.causes]).toEqual(['1', [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }]]);
        return;
      }
      expect([status, body.items.map((item: { metadata: { name: string } }) => item.metadata.name), body.metadata.continue !== undefined]).toEqual([200, expected.names, expected.more]);
      if (expected.at !== undefined) expect(body.metadata.resourceVersion).toBe(String(scene.revisions[expected.at]));
      if (expected.atLeast !== undefined) expect(Number(body.metadata.resourceVersion)).toBeGreaterThanOrEqual(scene.revisions[expected.atLeast]);
    }

    it.each(LIST_ROWS)('list with resourceVersion $rv, match "$match", limit $limit, continue $token', async (row) => {
      check(await call('GET', `${scene.path}?${queryOf(row)}`), expectedOf(row));
    });

    it.each(LIST_ROWS)('a dry deletecollection with resourceVersion $rv, match "$match", limit $limit, continue $token', async (row) => {
      const answer = await call('DELETE', `${scene.path}?dryRun=All&${queryOf(row)}`);
      const expected = expectedOf(row);
      if ('status' in expected) return check(answer, expected);
      expect(answer.status).toBe(200);
    });

    it('goes on at the newest revision with the token that a 410 gives', async () => {
      const expired = await call('GET', `${scene.path}?limit=1&${queryOf({ rv: 'unset', match: '', limit: 0, token: 'gone' })}`);
      const { body } = await call('GET', `${scene.path}?continue=${expired.body.metadata.continue}`);
      expect(body.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual(['c', 'd']);
    });

    it.each(REVISIONS)('get with resourceVersion %s', async (rv) => {
      const query = rv === 'unset' ? '' : `?resourceVersion=${valueOf(rv)}`;
      const [there, gone] = [await call('GET', `${scene.path}/a${query}`), await call('GET', `${scene.path}/b${query}`)];
      if (rv === 'abc') return expect([there.status, there.body.message]).toEqual([400, notNumber]);
      if (rv === 'future') return check(there, tooLarge);
      expect([there.status, there.body.metadata.name, gone.status, gone.body.message]).toEqual([200, 'a', 404, 'configmaps "b" not found']);
    });

    describeWatchTable(() => replicas, call);
  });
}

const INITIAL = ['unset', 'true', 'false'] as const;
const WATCH_MATCHES = ['', 'NotOlderThan', 'Exact'] as const;
interface WatchRow {
  readonly rv: Revision;
  readonly match: (typeof WATCH_MATCHES)[number];
  readonly initial: (typeof INITIAL)[number];
  readonly bookmarks: boolean;
}

/** The events up to the first that happens after the watch began, or the error. */
function watchedOf({ rv, match, initial, bookmarks }: WatchRow): readonly string[] | { readonly status: number; readonly message: string } {
  const errors: string[] = [];
  if (initial !== 'unset' && match !== 'NotOlderThan') errors.push('resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  if (match !== '' && initial === 'unset') errors.push('resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
  if (match === 'Exact') errors.push('resourceVersionMatch: Unsupported value: "Exact": supported values: "NotOlderThan"');
  if (errors.length > 0) return invalid(errors) as { status: number; message: string };
  if (rv === 'abc') return badRequest(notNumber) as { status: number; message: string };
  if (rv === 'future') return ['ERROR 504 Timeout'];
  const isInitial = initial === 'true' || (initial === 'unset' && (rv === 'unset' || rv === '0'));
  if (isInitial) return ['ADDED a', 'ADDED c', 'ADDED d', ...(bookmarks ? ['BOOKMARK end'] : []), 'ADDED later'];
  if (rv === 'gone') return ['ERROR 410 Expired'];
  return rv === 'old' ? ['DELETED b', 'ADDED d', 'ADDED later'] : ['ADDED later'];
}

const WATCH_ROWS: readonly WatchRow[] = REVISIONS.flatMap((rv) => WATCH_MATCHES.flatMap((match) => INITIAL.flatMap((initial) => [false, true].map((bookmarks) => ({ rv, match, initial, bookmarks })))));

function describeWatchTable(replicas: () => Replicas, call: TestApi['call']): void {
  let count = 0;

  it.each(WATCH_ROWS)('watch with resourceVersion $rv, match "$match", sendInitialEvents $initial, bookmarks $bookmarks', async (row) => {
    const expected = watchedOf(row);
    const { apis } = replicas();
    const { path, revisions } = await makeScene(call, replicas(), `watch${String(count++)}`);
    const { rv, match, initial, bookmarks } = row;
    const value = rv === '0' || rv === 'abc' || rv === 'unset' ? rv : String(revisions[rv]);
    const parts = [...(rv === 'unset' ? [] : [`resourceVersion=${value}`]), ...(match === '' ? [] : [`resourceVersionMatch=${match}`]), ...(initial === 'unset' ? [] : [`sendInitialEvents=${initial}`]), ...(bookmarks ? ['allowWatchBookmarks=true'] : [])];
    if ('status' in expected) {
      const { status, body } = await call('GET', `${path}?watch=1&${parts.join('&')}`);
      expect([status, body.message]).toEqual([expected.status, expected.message]);
      return;
    }
    const watch = await WatchReader.open(apis[count % apis.length]!.admin, `${path}?${parts.join('&')}`);
    await call('POST', path, { metadata: { name: 'later' } });
    expect(await told(watch, expected.length)).toEqual(expected);
    if (expected[0]!.startsWith('ERROR')) return expect(await watch.next()).toBeUndefined();
    watch.close();
  });
}

async function told(watch: WatchReader, count: number): Promise<string[]> {
  const events: string[] = [];
  while (events.length < count) {
    const event = await watch.next();
    if (event === undefined) throw new Error(`the watch ended after ${JSON.stringify(events)}`);
    const isEnd = event.object.metadata?.annotations?.['k8s.io/initial-events-end'] === 'true';
    if (event.type === 'ERROR') events.push(`ERROR ${String(event.object.code)} ${String(event.object.reason)}`);
    else if (event.type !== 'BOOKMARK') events.push(`${event.type} ${String(event.object.metadata.name)}`);
    else if (isEnd) events.push('BOOKMARK end');
  }
  return events;
}

async function makeScene(call: TestApi['call'], { apis }: Replicas, namespace: string): Promise<Scene> {
  await call('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const revisionOf = async (answer: Promise<TestAnswer>): Promise<number> => Number((await answer).body.metadata.resourceVersion);
  const gone = await revisionOf(call('POST', path, { metadata: { name: 'a' } }));
  await call('POST', path, { metadata: { name: 'b' } });
  const old = await revisionOf(call('POST', path, { metadata: { name: 'c' } }));
  apis[0]!.storage.compact(old);
  await call('DELETE', `${path}/b`);
  const now = await revisionOf(call('POST', path, { metadata: { name: 'd' } }));
  for (const api of apis) await api.call('GET', path);
  return { path, revisions: { gone, old, now, future: now + 100_000 } };
}
