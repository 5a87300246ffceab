import { messageOf } from './errors.js';

/** What an error that kept a connection from being opened means to whoever set it up, by its code. */
const BY_CODE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOENT: 'there is no such socket',
  ENOTFOUND: 'there is no server of this name',
  '28P01': 'the password was refused: GANTRY_POSTGRES_PASSWORD_FILE names the file that it is read from at every connection',
  '28000': 'the user is not let in this way: see pg_hba.conf of the server, the user, and the client certificate if it asks for one',
  '3D000': "there is no such database: make it with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0",
  '42501': 'the user lacks a right that it needs: let it own the database',
  '53300': 'it takes no more connections: raise max_connections, or the limit of the user or the database; every store needs up to eight',
  CERT_HAS_EXPIRED: "the server's certificate has ended: renew it",
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate was signed by an authority that is not trusted: name its certificate in GANTRY_POSTGRES_CA_FILE',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate was made for another name: use the name in it, or the sslmode verify-ca where that cannot be',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate was signed by an authority that is not trusted: name its certificate in GANTRY_POSTGRES_CA_FILE',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate was signed by an authority that is not trusted: name its certificate in GANTRY_POSTGRES_CA_FILE',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate was signed by an authority that is not trusted: name its certificate in GANTRY_POSTGRES_CA_FILE',
};

const BY_MESSAGE: readonly (readonly [RegExp, string])[] = [
  [/unsupported startup parameter/, 'there is a connection pooler in between (PgBouncer or another), which does not keep the settings of a session: give the address of Postgres itself'],
  [/does not support SSL/, 'it does not encrypt: switch ssl on there, or say the sslmode disable if nobody else is on the way'],
  [/timeout expired|connection timeout/i, 'it did not answer in time: see its address, and firewalls in between'],
];

/** The error with the server that it is about and what to do in front of what was said. */
export function explainConnection(error: unknown, { host, port }: { readonly host: string; readonly port: number }): Error {
  const message = messageOf(error);
  const code = (error as { code?: unknown } | undefined)?.code;
  const words = (typeof code === 'string' ? BY_CODE[code] : undefined) ?? BY_MESSAGE.find(([pattern]) => pattern.test(message))?.[1];
  return new Error(`${host}:${port}: ${words === undefined ? message : `${words} (${message})`}`, { cause: error });
}
