import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { silentLogger } from '@gantry/async';
import { createMemoryBus, type MemoryBus } from '@gantry/bus';
import type { Storage } from '@gantry/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestPostgres } from '../../../../cluster/src/postgres/embedded-postgres.suite.js';
import { POSTGRES_HOOK_MS, queryOnce, startTestPostgres } from '../../../../cluster/src/postgres/embedded-postgres.suite.js';
import { pod, put } from '../../../../libs/storage/src/storage.suite.js';
import { createRemoteStorage } from '../../../api/src/remote-storage/remote-storage.suite.js';
import { startStore, type RunningStore } from '../store.js';

const SECRET = 'core/secrets/default/token';
const CANARY = 'canary-9f2c';
/** As many digits as a number of JSON in JavaScript does not have. */
const LONG = '9007199254740993';

let postgres: TestPostgres;
let bus: MemoryBus;
let store: RunningStore;
let storage: Storage;

beforeAll(async () => {
  postgres = await startTestPostgres();
  bus = createMemoryBus();
  store = await startStore({ bus, postgres: postgres.running.config, logger: silentLogger });
  await store.whenLeading();
  storage = createRemoteStorage(bus);
  await queryOnce(postgres.running.config, 'CREATE ROLE person LOGIN IN ROLE gantry_reader');
  await fill();
}, POSTGRES_HOOK_MS);
afterAll(async () => {
  await store.stop();
  await bus.close();
  await postgres.stop();
}, POSTGRES_HOOK_MS);

const look = (text: string) => queryOnce({ ...postgres.running.config, user: 'person' }, text);
const bytes = (object: unknown): Buffer => Buffer.from(typeof object === 'string' ? object : JSON.stringify(object));

async function write(key: string, object: unknown): Promise<number> {
  const before = (await storage.get(key)).value?.revision ?? 0;
  const outcome = await storage.write([{ ...put(key, before), value: bytes(object) }]);
  if (!outcome.ok) throw new Error(`${key} was not written`);
  return outcome.revisions[0] ?? 0;
}

const metadata = (name: string, more: object = {}) => ({ name, namespace: 'default', uid: `uid-${name}`, creationTimestamp: '2026-01-02T03:04:05Z', ...more });

async function fill(): Promise<void> {
  const deployment = (replicas: number) => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: metadata('web'), spec: { replicas } });
  await write('apps/deployments/default/web', deployment(1));
  await write('apps/deployments/default/web', deployment(2));
  const owners = [{ kind: 'Deployment', name: 'web', uid: 'uid-web' }, { kind: 'ReplicaSet', name: 'gone', uid: 'uid-gone' }];
  const pending = { phase: 'Pending', conditions: [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady', message: 'not yet' }] };
  await write(pod('web-1'), { apiVersion: 'v1', kind: 'Pod', metadata: metadata('web-1', { labels: { app: 'web' }, annotations: { note: 'x' }, ownerReferences: owners }), spec: { containers: [{ image: 'nginx:1' }] }, status: pending });
  await write(pod('nul'), '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"nul","annotations":{"a":"x\\u0000\\u0000y\\\\u0000","b":"\\ud800z","c":"\\ude00","d":"\\ud83d\\ude00"},"deletionTimestamp":"soon"},"spec":{"big":' + LONG + '}}');
  await storage.write([{ ...put(pod('raw'), 0), value: Buffer.from([0, 255, 128]) }, { ...put(pod('list'), 0), value: bytes('[1]') }, put('-/nodeports/_/30000', 0)]);
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: metadata('token', { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': CANARY, kept: 'yes' }, managedFields: [{ fieldsV1: { [CANARY]: {} } }] }), data: { x: CANARY }, stringData: { y: CANARY } };
  await write('core/secrets/default/clear', secret);
  await storage.write([{ ...put(SECRET, 0), value: Buffer.concat([Buffer.from('gantry:aes256gcm:'), randomBytes(64)]) }]);
  await storage.write([{ type: 'delete', key: pod('list'), expectedRevision: (await storage.get(pod('list'))).value?.revision ?? 0 }]);
}

describe('the views for people', () => {
  it('show an object in columns', async () => {
    expect(await look("SELECT * FROM gantry.objects WHERE name = 'web-1'")).toEqual([
      expect.objectContaining({
        revision: '3', api_group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespace: 'default', name: 'web-1', uid: 'uid-web-1', labels: { app: 'web' }, annotations: { note: 'x' },
        owners: [expect.objectContaining({ uid: 'uid-web' }), expect.anything()], spec: { containers: [{ image: 'nginx:1' }] }, status: expect.objectContaining({ phase: 'Pending' }),
        created: new Date('2026-01-02T03:04:05Z'), deleted: null, key: pod('web-1'), object: expect.objectContaining({ kind: 'Pod' }),
      }),
    ]);
    expect(await look("SELECT api_group, version, kind, spec -> 'replicas' AS replicas FROM gantry.objects WHERE resource = 'deployments'")).toEqual([{ api_group: 'apps', version: 'v1', kind: 'Deployment', replicas: 2 }]);
  });

  it('show the history, and when it was', async () => {
    const rows = await look("SELECT revision, change, replaced, spec -> 'replicas' AS replicas, written BETWEEN now() - interval '1 hour' AND now() AS known FROM gantry.history WHERE name = 'web' ORDER BY revision");
    expect(rows).toEqual([
      { revision: '1', change: 'ADDED', replaced: null, replicas: 1, known: true },
      { revision: '2', change: 'MODIFIED', replaced: '1', replicas: 2, known: true },
    ]);
    expect(await look("SELECT change FROM gantry.history WHERE name = 'list' ORDER BY revision")).toEqual([{ change: 'ADDED' }, { change: 'DELETED' }]);
  });

  it('show what Postgres cannot hold by another character, and everything else exactly', async () => {
    const [row] = await look("SELECT annotations, deleted, spec ->> 'big' AS big, kind FROM gantry.objects WHERE name = 'nul'");
    expect(row).toEqual({ annotations: { a: 'x\ufffd\ufffdy\\u0000', b: '\ufffdz', c: '\ufffd', d: '\u{1f600}' }, deleted: null, big: LONG, kind: 'Pod' });
  });

  it('show what is no object by its place alone, and notes of the store’s users not at all', async () => {
    expect(await look("SELECT object, namespace FROM gantry.objects WHERE name = 'raw'")).toEqual([{ object: null, namespace: 'default' }]);
    expect(await look("SELECT name FROM gantry.objects WHERE resource = 'nodeports'")).toEqual([]);
  });

  it('show nothing of what is in a Secret', async () => {
    const shown = JSON.stringify(await look("SELECT * FROM gantry.objects WHERE kind = 'Secret' ORDER BY name")) + JSON.stringify(await look("SELECT * FROM gantry.history WHERE kind = 'Secret'"));
    expect(shown).toContain('"kept":"yes"');
    expect(shown).not.toContain(CANARY);
    expect(await look(`SELECT name, object FROM gantry.objects WHERE key = '${SECRET}'`)).toEqual([{ name: 'token', object: null }]);
  });

  it('decode nothing that is not asked for, and each value once', async () => {
    const plan = async (columns: string) => (await look(`EXPLAIN (VERBOSE) SELECT ${columns} FROM gantry.objects`)).map((row) => String(row['QUERY PLAN'])).join('\n');
    expect(await plan('name, namespace')).not.toContain('object_of');
    const whole = await plan('kind, labels, spec, status, object');
    // Elsewhere it is in parentheses: the result of the node below.
    expect(whole.match(/(?<!\()gantry\.object_of/g)).toHaveLength(1);
    expect(whole).toContain('Output: gantry.object_of');
  });
});

describe('the role gantry_reader', () => {
  it.each([
    ['read the log', 'SELECT value FROM gantry.log'],
    ['read the pointers', 'SELECT * FROM gantry.current'],
    ['read the order', 'SELECT * FROM gantry.meta'],
    ['write through a view', "DELETE FROM gantry.objects WHERE name = 'web'"],
    ['raise the revision through a view', 'UPDATE gantry.store SET revision = 0'],
    ['make a table', 'CREATE TABLE gantry.mine (x int)'],
  ])('may not %s', async (_what, statement) => {
    await expect(look(statement)).rejects.toThrow(/permission denied|cannot (delete|update)/);
  });
});

const DOCUMENT = readFileSync(new URL('../../../../docs/sql.md', import.meta.url), 'utf8');
const queries = [...DOCUMENT.matchAll(/^```sql\n(.*?)^```/gms)].map(([, text = '']) => text);

describe('docs/sql.md', () => {
  const shown = queries.filter((text) => /^(SELECT|WITH)/.test(text));

  it.each(shown.map((text) => [text]))('shows a query that finds something: %s', async (text) => {
    expect(await look(text)).not.toEqual([]);
  });

  it('says how the role is made and given', async () => {
    const others = queries.filter((text) => !shown.includes(text));
    expect(others).toHaveLength(2);
    await queryOnce(postgres.running.config, 'REVOKE ALL ON SCHEMA gantry FROM gantry_reader; REVOKE ALL ON ALL TABLES IN SCHEMA gantry FROM gantry_reader; DROP ROLE person; DROP ROLE gantry_reader');
    const [member = '', role = ''] = others;
    await queryOnce(postgres.running.config, role);
    await queryOnce(postgres.running.config, member);
    expect(await queryOnce({ ...postgres.running.config, user: 'looker', password: 'choose one' }, 'SELECT oldest FROM gantry.store')).toEqual([{ oldest: '0' }]);
  });
});
