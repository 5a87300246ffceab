import { trustConfiguration } from '@gantry/bus/nats';
import type { ClusterSecrets } from './secrets.js';

/** Files by name, as one service finds them. */
type Files = Readonly<Record<string, string>>;

/** Everyone's share: a folder each, which is a volume that nobody else has. */
export type Shares = Readonly<Record<'admin' | 'api' | 'controllers' | 'nats' | 'node' | 'postgres' | 'prometheus' | 'public' | 'scheduler' | 'store', Files>>;

/** What each service must know to do its part, and no more. */
export function sharesOf(secrets: ClusterSecrets): Shares {
  const { authority, admin, servers, trust } = secrets;
  const ca = { 'ca.crt': authority.certificate };
  return {
    admin: { ...ca, 'tls.crt': admin.certificate, 'tls.key': admin.key },
    api: {
      ...ca, ...served(servers.api), 'nats.creds': trust.credentials.api,
      'encryption.key': `${Buffer.from(secrets.encryptionKey).toString('base64')}\n`,
      'service-account.keys': secrets.serviceAccountKeys.join('\n'),
      'node-signer.json': `${JSON.stringify(trust.nodeSigner)}\n`,
    },
    controllers: { ...ca, 'ca.key': authority.key, 'nats.creds': trust.credentials.controllers },
    nats: { ...served(servers.nats), 'nats.conf': natsConfiguration(secrets) },
    node: { ...ca, 'join.creds': trust.joinCredentials },
    postgres: { ...served(servers.postgres), password: secrets.postgresPassword },
    prometheus: { ...ca, ...served(secrets.prometheus) },
    public: ca,
    scheduler: { ...ca, 'nats.creds': trust.credentials.scheduler },
    store: { ...ca, 'nats.creds': trust.credentials.store, 'postgres-password': secrets.postgresPassword },
  };
}

function served({ certificate, key }: { readonly certificate: string; readonly key: string }): Files {
  return { 'tls.crt': certificate, 'tls.key': key };
}

/** Bytes of the watch stream that the server may keep, all in its memory; twice what the store asks it to. */
const STREAM_MEMORY = '512MB';

function natsConfiguration({ trust }: ClusterSecrets): string {
  return `server_name: gantry
listen: 0.0.0.0:4222
tls { cert_file: /var/lib/gantry/nats/tls.crt, key_file: /var/lib/gantry/nats/tls.key }
jetstream { store_dir: /data, max_memory_store: ${STREAM_MEMORY} }
${trustConfiguration(trust)}`;
}
