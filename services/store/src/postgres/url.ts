import type { PostgresHost } from './hosts.js';

/** As libpq has them; its `prefer` and `allow` give in to whoever answers first that it cannot encrypt, and are refused. */
export const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof SSL_MODES)[number];

export interface PostgresUrl {
  readonly hosts: readonly PostgresHost[];
  readonly user: string;
  readonly database: string;
  readonly password?: string;
  readonly sslmode?: SslMode;
}

const URL_FORM = /^postgres(?:ql)?:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/;
/** What a list of servers is searched by; Gantry always looks for the one that takes writes. */
const SESSION_ATTRIBUTES = ['primary', 'read-write'];

/** Reads `postgres://user:password@first:5432,second:5432/database?sslmode=verify-full`. Throws a RangeError. */
export function parsePostgresUrl(text: string, defaults: { readonly port: number; readonly user: string; readonly database: string }): PostgresUrl {
  const [, user, password, servers = '', database, query] = URL_FORM.exec(text) ?? [];
  if (!URL_FORM.test(text)) throw new RangeError('it is no URL of a database, which is like postgres://user@host:5432/database');
  const parameters = new URLSearchParams(query);
  const sslmode = readParameters(parameters);
  const socket = parameters.get('host');
  return {
    hosts: socket === null ? parseServers(decode(servers), defaults.port) : parseServers(socket, defaults.port),
    user: decode(user) || defaults.user,
    database: decode(database) || defaults.database,
    ...(password === undefined ? {} : { password: decode(password) }),
    ...(sslmode === undefined ? {} : { sslmode }),
  };
}

function readParameters(parameters: URLSearchParams): SslMode | undefined {
  for (const [name, value] of parameters) {
    if (name === 'target_session_attrs' && !SESSION_ATTRIBUTES.includes(value)) throw new RangeError(`it has target_session_attrs=${value}: a store uses the primary alone, read-write`);
    if (!['host', 'sslmode', 'target_session_attrs'].includes(name)) throw new RangeError(`it has the parameter ${name}, which it does not take: files are named by GANTRY_POSTGRES_CA_FILE, …_CERTIFICATE_FILE and …_KEY_FILE`);
  }
  const mode = parameters.get('sslmode');
  if (mode === null) return undefined;
  const known = SSL_MODES.find((one) => one === mode);
  if (known === undefined) throw new RangeError(`it has sslmode=${mode}, which must be one of ${SSL_MODES.join(', ')}`);
  return known;
}

/** Reads `first:5433,second,[::1]:5432,/run/postgresql`. Throws a RangeError. */
export function parseServers(text: string, port: number): readonly PostgresHost[] {
  const servers = text.split(',').map((server) => server.trim());
  if (servers.some((server) => server === '')) throw new RangeError('it names no server');
  return servers.map((server) => parseServer(server, port));
}

function parseServer(server: string, defaultPort: number): PostgresHost {
  const [, bracketed, plain, portText] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:]+))(?::(\d+))?$/.exec(server) ?? [];
  const host = bracketed ?? plain;
  const port = portText === undefined ? defaultPort : Number(portText);
  if (host === undefined || port < 1 || port > 65_535) throw new RangeError(`"${server}" is no server: it must be like host:5432`);
  return { host, port };
}

function decode(text: string | undefined): string {
  try {
    return decodeURIComponent(text ?? '');
  } catch {
    throw new RangeError('it has a % that does not begin an escaped character');
  }
}
