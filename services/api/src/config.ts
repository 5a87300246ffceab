import { networkInterfaces } from 'node:os';
import { readBusSettings, type BusSettings, type NodeSigner } from '@gantry/bus/nats';
import { readProcessSettings, type Environment, type ProcessSettings } from '@gantry/platform/process';
import { defaultClusterNetwork, type ClusterNetworkOptions } from './cluster-network/options.js';
import type { ApiOptions, ServiceAccountOptions } from './options.js';

export interface ApiConfig extends Pick<ApiOptions, 'listen' | 'tls' | 'encryptionKey' | 'publicAddress'> {
  readonly process: ProcessSettings;
  readonly bus: BusSettings;
  readonly serviceAccounts: ServiceAccountOptions;
  readonly network: ClusterNetworkOptions;
  /** Undefined: nodes are not let onto the bus. */
  readonly nodeSigner: NodeSigner | undefined;
}

const PORT = { from: 1, to: 65_535 };
const KEY_BYTES = 32;
const SIGNER_FILE = 'GANTRY_API_NODE_SIGNER_FILE';
const PEM_BLOCK = /-----BEGIN [^-]+-----[^-]+-----END [^-]+-----/g;

/**
 * An api process's settings: those of every process, those of the bus, and of `GANTRY_API_…` these. `TLS_KEY_FILE`, `TLS_CERTIFICATE_FILE`,
 * `CLIENT_CA_FILE`, `ENCRYPTION_KEY_FILE` (32 bytes, base64) and `SERVICE_ACCOUNT_KEYS_FILE` (PEM blocks: the first one signs), which all
 * replicas share. `SERVICE_ACCOUNT_ISSUER`, `NODE_SIGNER_FILE`, `PORT` (6443), `PUBLIC_ADDRESS` (what clients reach it by), `ADVERTISE_ADDRESS`
 * (what pods reach this replica by; its own where not given), `SERVICE_CIDR` and `CLUSTER_DNS`.
 */
export function readApiConfig(environment: Environment): ApiConfig {
  const port = environment.integer('GANTRY_API_PORT', 6443, PORT);
  return {
    process: readProcessSettings(environment),
    bus: readBusSettings(environment, 'api'),
    listen: { host: '0.0.0.0', port },
    tls: { key: environment.file('GANTRY_API_TLS_KEY_FILE'), cert: environment.file('GANTRY_API_TLS_CERTIFICATE_FILE'), clientCa: environment.file('GANTRY_API_CLIENT_CA_FILE') },
    encryptionKey: environment.parsedFile('GANTRY_API_ENCRYPTION_KEY_FILE', encryptionKey, 'does not hold 32 bytes in base64') ?? new Uint8Array(KEY_BYTES),
    publicAddress: environment.required('GANTRY_API_PUBLIC_ADDRESS'),
    serviceAccounts: {
      issuer: environment.optional('GANTRY_API_SERVICE_ACCOUNT_ISSUER') ?? 'https://kubernetes.default.svc.cluster.local',
      keys: environment.parsedFile('GANTRY_API_SERVICE_ACCOUNT_KEYS_FILE', (text) => text.match(PEM_BLOCK) ?? undefined, 'holds no key in PEM') ?? [],
    },
    network: {
      serviceCidr: environment.optional('GANTRY_API_SERVICE_CIDR') ?? defaultClusterNetwork.serviceCidr,
      clusterDns: environment.optional('GANTRY_API_CLUSTER_DNS') ?? '10.96.0.10',
      advertise: { address: environment.optional('GANTRY_API_ADVERTISE_ADDRESS') ?? ownAddress(), port },
    },
    nodeSigner: environment.optional(SIGNER_FILE) === undefined ? undefined : environment.parsedFile(SIGNER_FILE, signerOf, 'is no JSON of a seed and an account'),
  };
}

/** The machine's first IPv4 address that others can know. */
function ownAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}

function encryptionKey(text: string): Uint8Array | undefined {
  const key = Buffer.from(text.trim(), 'base64');
  return key.byteLength === KEY_BYTES ? key : undefined;
}

function signerOf(text: string): NodeSigner | undefined {
  try {
    const { seed, account } = JSON.parse(text) as Partial<NodeSigner>;
    return typeof seed === 'string' && typeof account === 'string' ? { seed, account } : undefined;
  } catch {
    return undefined;
  }
}
