import { createAccount, createOperator, createUser, encodeAccount, encodeOperator, encodeUser, fmtCreds, fromSeed, newScopedSigner, type KeyPair } from '@nats-io/jwt';
import { encodeToken } from '../../subjects.js';
import { componentPermissions, nodePermissions, type NatsComponent, type NatsPermissions } from './permissions.js';

/** Nanoseconds in which a request may be answered, and how often. */
const RESPONSES = { max: 1, ttl: 300e9 };
const UNLIMITED = -1;

/** What the server is told of who may do what, and what lets the cluster make more clients. */
export interface NatsTrust {
  /** For the configuration of the server: no secret. */
  readonly operator: string;
  readonly accounts: Readonly<Record<string, string>>;
  readonly systemAccount: string;
  /** By component, in the form of a `.creds` file: its key is in it. */
  readonly credentials: Readonly<Record<NatsComponent, string>>;
  /** Makes nodes' credentials, and can make nothing else. */
  readonly nodeSigner: NodeSigner;
}

/** A seed and the account that it may make users of. */
export interface NodeSigner {
  readonly seed: string;
  readonly account: string;
}

/**
 * Keys of a new cluster's bus. One account; every component is a user with a list of its own, nodes are users of a signing key whose
 * scope says in terms of the user's name what they may do: whoever holds it cannot make a user that may do more.
 */
export async function createNatsTrust(follows: Readonly<Partial<Record<NatsComponent, readonly string[]>>>): Promise<NatsTrust> {
  const [operator, account, system, signer] = [createOperator(), createAccount(), createAccount(), createAccount()];
  const scope = newScopedSigner(signer, 'node', limitsOf(nodePermissions));
  const jetstream = { mem_storage: UNLIMITED, disk_storage: UNLIMITED, streams: UNLIMITED, consumer: UNLIMITED };
  const accounts = {
    [account.getPublicKey()]: await encodeAccount('gantry', account, { signing_keys: [scope], limits: { ...jetstream, conn: UNLIMITED, subs: UNLIMITED, data: UNLIMITED, payload: UNLIMITED, imports: 0, exports: 0 } }, { signer: operator }),
    [system.getPublicKey()]: await encodeAccount('system', system, {}, { signer: operator }),
  };
  const components: readonly NatsComponent[] = ['store', 'api', 'controllers', 'scheduler'];
  const credentials = await Promise.all(components.map(async (component) => [component, await componentCredentials(account, component, follows[component] ?? [])] as const));
  return {
    operator: await encodeOperator('gantry', operator, { system_account: system.getPublicKey() }),
    accounts,
    systemAccount: system.getPublicKey(),
    credentials: Object.fromEntries(credentials) as Record<NatsComponent, string>,
    nodeSigner: { seed: text(signer.getSeed()), account: account.getPublicKey() },
  };
}

/** A node's credentials, in the form of a `.creds` file. `expiresAt`: seconds since the epoch; with its certificate. */
export async function nodeCredentials({ seed, account }: NodeSigner, nodeName: string, expiresAt: number): Promise<string> {
  const user = createUser();
  const token = await encodeUser(encodeToken(nodeName), user, fromSeed(Buffer.from(seed)), { issuer_account: account }, { scopedUser: true, exp: expiresAt });
  return text(fmtCreds(token, user));
}

/** The part of a NATS server's configuration that says whom it trusts; accounts are in it, so it needs no other store of them. */
export function trustConfiguration({ operator, accounts, systemAccount }: Pick<NatsTrust, 'operator' | 'accounts' | 'systemAccount'>): string {
  const preload = Object.entries(accounts).map(([key, token]) => `  ${key}: ${token}`);
  return [`operator: ${operator}`, `system_account: ${systemAccount}`, 'resolver: MEMORY', 'resolver_preload: {', ...preload, '}', ''].join('\n');
}

async function componentCredentials(account: KeyPair, component: NatsComponent, follows: readonly string[]): Promise<string> {
  const user = createUser();
  return text(fmtCreds(await encodeUser(component, user, account, limitsOf(componentPermissions(component, follows))), user));
}

function limitsOf({ publish, subscribe }: NatsPermissions) {
  return { pub: { allow: [...publish] }, sub: { allow: [...subscribe] }, resp: RESPONSES, subs: UNLIMITED, data: UNLIMITED, payload: UNLIMITED };
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
