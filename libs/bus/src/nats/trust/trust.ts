import { createAccount, createOperator, createUser, encodeAccount, encodeOperator, encodeUser, fmtCreds, fromSeed, newScopedSigner, type KeyPair } from '@nats-io/jwt';
import { encodeToken } from '../../subjects.js';
import { componentPermissions, JOIN_IDENTITY, joinPermissions, nodePermissions, type NatsComponent, type NatsPermissions } from './permissions.js';

/** Nanoseconds in which a request may be answered, and how often. */
const RESPONSES = { max: 1, ttl: 300e9 };
const UNLIMITED = -1;

/** Seeds of the keys that all else follows from. */
export interface NatsTrustKeys {
  readonly operator: string;
  readonly account: string;
  readonly system: string;
  readonly nodeSigner: string;
}

/** What the server is told of who may do what, and what lets the cluster make more clients. */
export interface NatsTrust {
  /** To be kept: a trust that is made from them again knows the credentials that were made before. */
  readonly keys: NatsTrustKeys;
  /** For the configuration of the server: no secret. */
  readonly operator: string;
  readonly accounts: Readonly<Record<string, string>>;
  readonly systemAccount: string;
  /** By component, in the form of a `.creds` file: its key is in it. */
  readonly credentials: Readonly<Record<NatsComponent, string>>;
  /** Of every node that joins, in the same form: good for asking to be let in and nothing else. */
  readonly joinCredentials: string;
  /** Makes nodes' credentials, and can make nothing else. */
  readonly nodeSigner: NodeSigner;
}

/** A seed and the account that it may make users of. */
export interface NodeSigner {
  readonly seed: string;
  readonly account: string;
}

/**
 * The trust of a cluster's bus, new unless `keys` are given. One account; every component is a user with a list of its own, nodes are
 * users of a signing key whose scope says in terms of the user's name what they may do: whoever holds it cannot make a user that may do more.
 */
export async function createNatsTrust(follows: Readonly<Partial<Record<NatsComponent, readonly string[]>>>, keys: NatsTrustKeys = newKeys()): Promise<NatsTrust> {
  const [operator, account, system, signer] = [fromText(keys.operator), fromText(keys.account), fromText(keys.system), fromText(keys.nodeSigner)];
  const scope = newScopedSigner(signer, 'node', limitsOf(nodePermissions));
  const jetstream = { mem_storage: UNLIMITED, disk_storage: UNLIMITED, streams: UNLIMITED, consumer: UNLIMITED };
  const accounts = {
    [account.getPublicKey()]: await encodeAccount('gantry', account, { signing_keys: [scope], limits: { ...jetstream, conn: UNLIMITED, subs: UNLIMITED, data: UNLIMITED, payload: UNLIMITED, imports: 0, exports: 0 } }, { signer: operator }),
    [system.getPublicKey()]: await encodeAccount('system', system, {}, { signer: operator }),
  };
  const components: readonly NatsComponent[] = ['store', 'api', 'controllers', 'scheduler'];
  const credentials = await Promise.all(components.map(async (component) => [component, await userCredentials(account, component, componentPermissions(component, follows[component] ?? []))] as const));
  return {
    keys,
    operator: await encodeOperator('gantry', operator, { system_account: system.getPublicKey() }),
    accounts,
    systemAccount: system.getPublicKey(),
    credentials: Object.fromEntries(credentials) as Record<NatsComponent, string>,
    joinCredentials: await userCredentials(account, JOIN_IDENTITY, joinPermissions),
    nodeSigner: { seed: keys.nodeSigner, account: account.getPublicKey() },
  };
}

function newKeys(): NatsTrustKeys {
  const seed = (pair: KeyPair): string => text(pair.getSeed());
  return { operator: seed(createOperator()), account: seed(createAccount()), system: seed(createAccount()), nodeSigner: seed(createAccount()) };
}

function fromText(seed: string): KeyPair {
  return fromSeed(Buffer.from(seed));
}

/** A node's credentials, in the form of a `.creds` file. `expiresAt`: seconds since the epoch; with its certificate. */
export async function nodeCredentials(signer: NodeSigner, nodeName: string, expiresAt: number): Promise<string> {
  const user = createNodeUser();
  return user.credentials(await nodeUserToken(signer, nodeName, user.publicKey, expiresAt));
}

/** The token of a node's user whose key is the node's own. Good for nobody who does not have the key, so it may be sent where others listen. */
export function nodeUserToken({ seed, account }: NodeSigner, nodeName: string, publicKey: string, expiresAt: number): Promise<string> {
  return encodeUser(encodeToken(nodeName), publicKey, fromSeed(Buffer.from(seed)), { issuer_account: account }, { scopedUser: true, exp: expiresAt });
}

/** A node's user: a new key, of which only the public part leaves the process that made it. */
export interface NodeUser {
  readonly publicKey: string;
  /** In the form of a `.creds` file, with the key in it. */
  credentials(token: string): string;
}

export function createNodeUser(): NodeUser {
  const user = createUser();
  return { publicKey: user.getPublicKey(), credentials: (token) => text(fmtCreds(token, user)) };
}

/** The part of a NATS server's configuration that says whom it trusts; accounts are in it, so it needs no other store of them. */
export function trustConfiguration({ operator, accounts, systemAccount }: Pick<NatsTrust, 'operator' | 'accounts' | 'systemAccount'>): string {
  const preload = Object.entries(accounts).map(([key, token]) => `  ${key}: ${token}`);
  return [`operator: ${operator}`, `system_account: ${systemAccount}`, 'resolver: MEMORY', 'resolver_preload: {', ...preload, '}', ''].join('\n');
}

async function userCredentials(account: KeyPair, name: string, permissions: NatsPermissions): Promise<string> {
  const user = createUser();
  return text(fmtCreds(await encodeUser(name, user, account, limitsOf(permissions)), user));
}

function limitsOf({ publish, subscribe }: NatsPermissions) {
  return { pub: { allow: [...publish] }, sub: { allow: [...subscribe] }, resp: RESPONSES, subs: UNLIMITED, data: UNLIMITED, payload: UNLIMITED };
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
