import { readFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import type { Environment } from '@gantry/platform/process';
import type { PostgresConfig } from './connection.js';
import type { PostgresHost } from './hosts.js';
import { parsePostgresUrl, parseServers, SSL_MODES, type SslMode } from './url.js';

const PREFIX = 'GANTRY_POSTGRES_';
const DEFAULT = { port: 5432, user: 'gantry', database: 'gantry' };

/** Where the database is, as the settings say it before files are looked at. */
interface Place {
  readonly hosts: readonly PostgresHost[];
  readonly user: string;
  readonly database: string;
  readonly password?: string;
  readonly sslmode: SslMode;
}

/**
 * The settings of the way to Postgres: `GANTRY_POSTGRES_URL`, or a file with it (`…_URL_FILE`), or its parts: `…_HOST` (one or several with commas, each with a port or without), `…_PORT` (5432), `…_USER`
 * (gantry), `…_DATABASE` (gantry), `…_SSLMODE`. Beside both: `…_PASSWORD_FILE`, read at every connection, `…_CA_FILE`, and `…_CERTIFICATE_FILE` with `…_KEY_FILE` for a client certificate.
 */
export function readPostgresSettings(environment: Environment): PostgresConfig {
  const { hosts, user, database, password, sslmode } = readPlace(environment);
  const [{ host, port } = { host: '', port: DEFAULT.port }] = hosts;
  const ssl = readTls(environment, sslmode);
  const secret = readPassword(environment) ?? password;
  return { host, port, user, database, ...(hosts.length > 1 ? { hosts } : {}), ...(secret === undefined ? {} : { password: secret }), ...(ssl === undefined ? {} : { ssl }) };
}

function readPlace(environment: Environment): Place {
  const url = environment.optional(`${PREFIX}URL`);
  const urlInFile = environment.optionalFile(`${PREFIX}URL_FILE`)?.trim();
  const given = [url, urlInFile, environment.optional(`${PREFIX}HOST`)].filter((value) => value !== undefined).length;
  if (given > 1) environment.refuse(`${PREFIX}URL`, 'is set beside another place: say one of URL, URL_FILE and HOST');
  if (url === undefined && urlInFile === undefined) return readParts(environment);
  try {
    const place = parsePostgresUrl(url ?? urlInFile ?? '', DEFAULT);
    if (url !== undefined && place.password !== undefined) environment.refuse(`${PREFIX}URL`, `holds a password, which others can see there: use ${PREFIX}PASSWORD_FILE or ${PREFIX}URL_FILE`);
    return { ...place, sslmode: place.sslmode ?? defaultMode(place.hosts) };
  } catch (error) {
    environment.refuse(url === undefined ? `${PREFIX}URL_FILE` : `${PREFIX}URL`, `cannot be used: ${(error as Error).message}`);
    return { ...DEFAULT, hosts: [], sslmode: 'disable' };
  }
}

function readParts(environment: Environment): Place {
  const port = environment.integer(`${PREFIX}PORT`, DEFAULT.port, { from: 1, to: 65_535 });
  const hosts = readHosts(environment, port);
  return {
    hosts,
    user: environment.optional(`${PREFIX}USER`) ?? DEFAULT.user,
    database: environment.optional(`${PREFIX}DATABASE`) ?? DEFAULT.database,
    sslmode: environment.choice(`${PREFIX}SSLMODE`, SSL_MODES, defaultMode(hosts)),
  };
}

function readHosts(environment: Environment, port: number): readonly PostgresHost[] {
  environment.required(`${PREFIX}HOST`);
  return environment.parsed(`${PREFIX}HOST`, (text) => parseServers(text, port), []);
}

/** Whatever goes over a network is encrypted, and the server verified, unless somebody says otherwise. */
function defaultMode(hosts: readonly PostgresHost[]): SslMode {
  return hosts.every(({ host }) => isAbsolute(host)) ? 'disable' : 'verify-full';
}

function readTls(environment: Environment, mode: SslMode): ConnectionOptions | undefined {
  const ca = environment.optionalFile(`${PREFIX}CA_FILE`);
  const cert = environment.optionalFile(`${PREFIX}CERTIFICATE_FILE`);
  const key = environment.optionalFile(`${PREFIX}KEY_FILE`);
  if ((cert === undefined) !== (key === undefined)) environment.refuse(`${PREFIX}CERTIFICATE_FILE`, `and ${PREFIX}KEY_FILE go together`);
  if (mode === 'disable') return undefined;
  const own = cert === undefined || key === undefined ? {} : { cert, key };
  const authority = ca === undefined ? {} : { ca };
  if (mode === 'require') return { ...own, rejectUnauthorized: false };
  return { ...own, ...authority, rejectUnauthorized: true, ...(mode === 'verify-ca' ? { checkServerIdentity: () => undefined } : {}) };
}

/** Read again at every connection: a password is changed in the file first, then at the server, and nothing is started anew. */
function readPassword(environment: Environment): PostgresConfig['password'] {
  const path = environment.optional(`${PREFIX}PASSWORD_FILE`);
  if (path === undefined || environment.optionalFile(`${PREFIX}PASSWORD_FILE`) === undefined) return undefined;
  return async () => (await readFile(path, 'utf8')).trim();
}
