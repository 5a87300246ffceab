import { GenericContainer, Wait, type StartedTestContainer } from 'testcontainers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LeaderSession } from '../leadership/session.js';
import type { PostgresConfig } from '../postgres/connection.js';
import { CONTAINER_HOOK_MS, startPostgresContainer, type PostgresContainer } from './postgres-container.suite.js';

const MODES = ['session', 'transaction', 'statement'] as const;
/** One PgBouncer a mode. */
const FIRST_PORT = 6001;

let postgres: PostgresContainer;
let bouncer: StartedTestContainer;
let absent: string | undefined;
beforeAll(async () => {
  const started = await startPostgresContainer();
  if (typeof started === 'string') return void (absent = started);
  postgres = started;
  bouncer = await startBouncer().catch((error: Error) => {
    absent = `PgBouncer cannot be installed from Debian here: ${error.message}`;
    return undefined as never;
  });
}, 2 * CONTAINER_HOOK_MS);
afterAll(async () => {
  await bouncer?.stop({ timeout: 0 });
  await postgres?.stop();
}, CONTAINER_HOOK_MS);
beforeEach((context) => {
  if (absent !== undefined) context.skip(absent);
});

/** With `options` ignored, as those who meet its refusal are told to set it up. */
function startBouncer(): Promise<StartedTestContainer> {
  const settings = MODES.map((mode, index) => ({
    target: `/etc/bouncer/${mode}.ini`,
    content: `[databases]\ngantry = host=${postgres.address} user=gantry password=${String(postgres.config.password)}\n[pgbouncer]\nlisten_addr = *\nlisten_port = ${FIRST_PORT + index}\nunix_socket_dir =\nauth_type = any\npool_mode = ${mode}\nignore_startup_parameters = ${mode === 'session' ? 'extra_float_digits' : 'options'}\n`,
  }));
  return new GenericContainer('debian:bookworm-slim')
    .withLabels({ 'io.gantry.cluster': 'test-postgres' })
    .withCopyContentToContainer(settings)
    .withCommand(['bash', '-c', `apt-get update -q && apt-get install -qy --no-install-recommends pgbouncer && for mode in ${MODES.join(' ')}; do setpriv --reuid postgres --clear-groups pgbouncer /etc/bouncer/$mode.ini & done; wait`])
    .withExposedPorts(...MODES.map((_mode, index) => FIRST_PORT + index))
    .withWaitStrategy(Wait.forLogMessage(/process up/, MODES.length))
    .withStartupTimeout(CONTAINER_HOOK_MS)
    .start();
}

describe('PgBouncer', () => {
  it.each([
    ['session', 'give the address of Postgres itself (unsupported startup parameter'],
    ['transaction', 'there is a connection pooler in between'],
    ['statement', 'there is a connection pooler in between'],
  ] as const)('is refused in its mode %s', async (mode, words) => {
    const config: PostgresConfig = { ...postgres.config, port: bouncer.getMappedPort(FIRST_PORT + MODES.indexOf(mode)) };
    await expect(LeaderSession.open(config)).rejects.toThrow(words);
  });
});
