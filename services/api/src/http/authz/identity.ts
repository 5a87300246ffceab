/** Who asks. Groups are as upstream has them: everyone known is also in `system:authenticated`. */
export interface Identity {
  readonly name: string;
  readonly groups: readonly string[];
}

export const AUTHENTICATED_GROUP = 'system:authenticated';
export const MASTERS_GROUP = 'system:masters';
export const NODES_GROUP = 'system:nodes';
const NODE_PREFIX = 'system:node:';

export const anonymous: Identity = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** An identity with the group that everyone known has. */
export function authenticated(name: string, groups: readonly string[]): Identity {
  return { name, groups: groups.includes(AUTHENTICATED_GROUP) ? groups : [...groups, AUTHENTICATED_GROUP] };
}

export function nodeIdentity(nodeName: string): Identity {
  return authenticated(NODE_PREFIX + nodeName, [NODES_GROUP]);
}

/** The node's name when the identity is a node's, else undefined. */
export function nodeNameOf(identity: Identity): string | undefined {
  if (!identity.groups.includes(NODES_GROUP) || !identity.name.startsWith(NODE_PREFIX)) return undefined;
  return identity.name.slice(NODE_PREFIX.length);
}
