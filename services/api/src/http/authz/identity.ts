/** Who asks. Groups are as upstream has them: everyone known is also in `system:authenticated`. */
export interface Identity {
  readonly name: string;
  readonly groups: readonly string[];
  /** Of the account that a token is of; certificates have none. */
  readonly uid?: string;
  /** What else is known of who asks (the pod that a token is bound to), for reviews. */
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

const AUTHENTICATED_GROUP = 'system:authenticated';
export const MASTERS_GROUP = 'system:masters';
export const NODES_GROUP = 'system:nodes';
export const SERVICE_ACCOUNTS_GROUP = 'system:serviceaccounts';
/** Who is about to become a node, and may ask for the certificate of one. */
export const BOOTSTRAPPERS_GROUP = 'system:bootstrappers';
const NODE_PREFIX = 'system:node:';

export const anonymous: Identity = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** An identity with the group that everyone known has. */
export function authenticated(name: string, groups: readonly string[]): Identity {
  return { name, groups: groups.includes(AUTHENTICATED_GROUP) ? groups : [...groups, AUTHENTICATED_GROUP] };
}

/** Upstream's name of a service account as a user. */
export function serviceAccountUserName(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

export function nodeIdentity(nodeName: string): Identity {
  return authenticated(NODE_PREFIX + nodeName, [NODES_GROUP]);
}

/** The API acting on its own objects, by the same rules as everybody. */
export const ownIdentity: Identity = authenticated('system:apiserver', [MASTERS_GROUP]);

/** A node that joins over the bus: no user that everybody known is, since it may do one thing only. */
export const joiningNode: Identity = { name: 'system:bootstrap:compose', groups: [BOOTSTRAPPERS_GROUP] };

/** The node's name when the identity is a node's, else undefined. */
export function nodeNameOf(identity: Identity): string | undefined {
  if (!identity.groups.includes(NODES_GROUP) || !identity.name.startsWith(NODE_PREFIX)) return undefined;
  return identity.name.slice(NODE_PREFIX.length);
}
