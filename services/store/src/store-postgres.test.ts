import { silentLogger } from '@gantry/async';
import { createMemoryBus } from '@gantry/bus';
import { createAuthority, issueCertificate } from '@gantry/platform/pki';
import { GenericContainer, Wait, type StartedTestContainer } from 'testcontainers';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { queryOnce } from '../../../cluster/src/postgres/embedded-postgres.suite.js';
import { describeStorage, pod, put } from '../../../libs/storage/src/storage.suite.js';
import { createRemoteStorage } from '../../api/src/remote-storage/remote-storage.suite.js';
import { createConnection, type PostgresConfig } from './postgres/connection.js';
import { migrate } from './postgres/migrations/migrate.js';
import { startStore } from './store.js';

const IMAGE = 'postgres:17';
const PASSWORD = 'of-this-test-alone';
const START_MS = 120_000;

let container: StartedTestContainer | undefined;
let absent: string | undefined;
let authority: string;
/** Signed by the authority: a user of the database, and somebody else. */
let people: Record<'gantry' | 'stranger', { cert: string; key: string }>;
beforeAll(async () => {
  const root = await createAuthority('test', 1, Date.now());
  authority = root.certificate;
  const person = async (commonName: string): Promise<{ cert: string; key: string }> => {
    const { certificate, key } = await issueCertificate(root, { commonName, usage: 'client', days: 1, now: Date.now() });
    return { cert: certificate, key };
  };
  people = { gantry: await person('gantry'), stranger: await person('stranger') };
  container = await startPostgres(await issueCertificate(root, { commonName: 'postgres', usage: 'server', dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'], days: 1, now: Date.now() })).catch((error: Error) => {
    absent = `a Postgres container cannot be started: ${error.message}`;
    return undefined;
  });
}, START_MS);
afterAll(async () => {
  await container?.stop({ timeout: 0 });
}, START_MS);

/** Postgres as users run it: a container of its own that takes encrypted connections alone. */
async function startPostgres({ certificate, key }: { certificate: string; key: string }): Promise<StartedTestContainer> {
  process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';
  const hba = 'local all all trust\nhostssl certified all all cert\nhostssl all all all scram-sha-256\n';
  return new GenericContainer(IMAGE)
    .withEnvironment({ POSTGRES_USER: 'gantry', POSTGRES_DB: 'gantry', POSTGRES_PASSWORD: PASSWORD })
    .withLabels({ 'io.gantry.cluster': 'test-postgres' })
    .withCopyContentToContainer([{ content: certificate, target: '/tls/server.crt' }, { content: key, target: '/tls/server.key' }, { content: authority, target: '/tls/ca.crt' }, { content: hba, target: '/tls/hba.conf' }])
    .withEntrypoint(['bash', '-c'])
    .withCommand(['chown -R postgres /tls && chmod 600 /tls/server.key && exec docker-entrypoint.sh postgres -c ssl=on -c ssl_cert_file=/tls/server.crt -c ssl_key_file=/tls/server.key -c ssl_ca_file=/tls/ca.crt -c hba_file=/tls/hba.conf'])
    .withExposedPorts(5432)
    // Over TCP: while it makes its first database the server listens on its socket alone.
    .withHealthCheck({ test: ['CMD-SHELL', 'pg_isready -h 127.0.0.1 -U gantry'], interval: 250, retries: 200, timeout: 5_000 })
    .withWaitStrategy(Wait.forHealthCheck())
    .start();
}

function config(over: Partial<PostgresConfig> = {}): PostgresConfig {
  return { host: '127.0.0.1', port: container!.getMappedPort(5432), user: 'gantry', database: 'gantry', password: PASSWORD, ssl: { ca: authority, rejectUnauthorized: true }, ...over };
}

describeStorage(
  'the store on a Postgres of its own, encrypted',
  async () => {
    const bus = createMemoryBus();
    await queryOnce(config(), 'DROP SCHEMA IF EXISTS gantry CASCADE');
    const store = await startStore({ bus, postgres: config(), logger: silentLogger });
    await store.whenLeading();
    return {
      storage: createRemoteStorage(bus),
      compact: (revision) => store.compact(revision),
      stop: async () => {
        await store.stop();
        await bus.close();
      },
    };
  },
  () => absent,
);

describe('the way to Postgres', () => {
  beforeEach((context) => {
    if (absent !== undefined) context.skip(absent);
  });

  it.each<[string, () => Promise<Partial<PostgresConfig>>, string]>([
    ['in the clear', async () => ({ ssl: false }), 'the user is not let in this way'],
    ['under another authority', async () => ({ ssl: { ca: (await createAuthority('other', 1, Date.now())).certificate, rejectUnauthorized: true } }), 'signed by an authority that is not trusted'],
    ['under a name that is not in the certificate', async () => ({ host: '127.0.0.2' }), 'the certificate was made for another name'],
    ['with another password', async () => ({ password: 'guessed' }), 'the password was refused'],
    ['where a certificate is asked for, without one', async () => ({ database: 'certified' }), 'the user is not let in this way'],
    ['where a certificate is asked for, with that of somebody else', async () => ({ database: 'certified', ssl: { ca: authority, rejectUnauthorized: true, ...people.stranger } }), 'the user is not let in this way'],
  ])('is refused %s, with words', async (_how, over, words) => {
    const bus = createMemoryBus();
    await expect(startStore({ bus, postgres: config(await over()), logger: silentLogger })).rejects.toThrow(words);
    await bus.close();
  });

  it('is open to who has the certificate of the user, without a password', async () => {
    await queryOnce(config(), 'CREATE DATABASE certified');
    await migrate(config({ database: 'certified', password: undefined, ssl: { ca: authority, rejectUnauthorized: true, ...people.gantry } }), silentLogger);
  });

  it('may go by another name where the settings say so', async () => {
    const connection = createConnection(config({ host: '127.0.0.2', ssl: { ca: authority, rejectUnauthorized: true, checkServerIdentity: () => undefined } }), 'test');
    await connection.connect();
    await connection.end();
  });

  it('is found again when the password was changed, in the file first', async () => {
    let password = PASSWORD;
    const bus = createMemoryBus();
    const store = await startStore({ bus, postgres: config({ password: async () => password }), logger: silentLogger });
    await store.whenLeading();
    const storage = createRemoteStorage(bus);
    await queryOnce(config(), "ALTER ROLE gantry PASSWORD 'another'");
    password = 'another';
    await queryOnce(config({ password }), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'gantry%'");
    await vi.waitFor(async () => expect(await storage.write([put(pod(`rotated-${Date.now()}`), 0)])).toMatchObject({ ok: true }), { timeout: 20_000 });
    await queryOnce(config({ password }), `ALTER ROLE gantry PASSWORD '${PASSWORD}'`);
    await store.stop();
    await bus.close();
  });

  it('is found again when the server ended every session under writes, and nothing acknowledged is lost', async () => {
    const bus = createMemoryBus();
    await queryOnce(config(), 'DROP SCHEMA IF EXISTS gantry CASCADE');
    const store = await startStore({ bus, postgres: config(), logger: silentLogger });
    await store.whenLeading();
    const storage = createRemoteStorage(bus);
    const acknowledged: string[] = [];
    let over = false;
    const writing = Promise.all(
      Array.from({ length: 8 }, async (_unused, writer) => {
        for (let count = 0; !over; count += 1) {
          const key = pod(`w${writer}-${count}`);
          const outcome = await storage.write([put(key, 0)]).catch(() => undefined);
          if (outcome?.ok === true) acknowledged.push(key);
          else await new Promise((resolve) => setImmediate(resolve));
        }
      }),
    );
    await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(100));
    await queryOnce(config(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'gantry%'");
    const before = acknowledged.length;
    await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(before + 100), { timeout: 20_000 });
    over = true;
    await writing;
    const { items } = await storage.list('core/pods/');
    const kept = new Set(items.map(({ key }) => key));
    expect(acknowledged.filter((key) => !kept.has(key))).toEqual([]);
    await store.stop();
    await bus.close();
  });
});
