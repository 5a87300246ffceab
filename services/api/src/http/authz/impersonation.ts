import { failure, newForbidden } from '@gantry/apimachinery';
import type { ResourceAttributes } from './attributes.js';
import type { Authorizer } from './authorizer.js';
import { forbiddenResource } from './authorizer.js';
import { anonymous, authenticated, SERVICE_ACCOUNTS_GROUP } from './identity.js';
import type { Identity } from './identity.js';
import type { RequestContext } from '../request-context.js';

const USER = 'impersonate-user';
const GROUP = 'impersonate-group';
const UID = 'impersonate-uid';
const EXTRA = 'impersonate-extra-';
const ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** Whether a request wants to be taken for somebody else's. */
export function wantsImpersonation({ headers }: RequestContext): boolean {
  if (headers[USER] !== undefined || headers[GROUP] !== undefined || headers[UID] !== undefined) return true;
  for (const name in headers) if (name.startsWith(EXTRA)) return true;
  return false;
}

/** Who the request is taken for: every part of it, the user, each group, the uid and what else is said, must be permitted to who asks. Throws 403. */
export function impersonated(context: RequestContext, requester: Identity, authorizer: Pick<Authorizer, 'refusal'>): Identity {
  const wanted = wantedIdentity(context);
  for (const attributes of questions(wanted)) {
    const refusal = authorizer.refusal(requester, attributes);
    if (refusal !== undefined) throw forbiddenResource(requester, attributes, refusal);
  }
  return withImpliedGroups(wanted);
}

function wantedIdentity(context: RequestContext): Identity {
  const name = context.header(USER);
  const groups = valuesOf(context, GROUP);
  const uid = context.header(UID);
  const extra = Object.fromEntries(Object.keys(context.headers).filter((header) => header.startsWith(EXTRA)).map((header) => [decoded(header.slice(EXTRA.length)), valuesOf(context, header)]));
  if (!name) throw failure(500, 'InternalError', 'Internal error occurred: requested impersonation without impersonating a user name');
  return { name, groups, ...(uid !== undefined && { uid }), ...(Object.keys(extra).length > 0 && { extra }) };
}

/** One question for each part, as upstream asks them. */
function questions({ name, groups, uid, extra = {} }: Identity): ResourceAttributes[] {
  const ask = (group: string, resource: string, what: string, more: Partial<ResourceAttributes> = {}): ResourceAttributes => ({ verb: 'impersonate', group, resource, subresource: '', namespace: '', name: what, ...more });
  const [, namespace, account] = ACCOUNT.exec(name) ?? [];
  return [
    account === undefined ? ask('', 'users', name) : ask('', 'serviceaccounts', account, { namespace: namespace! }),
    ...groups.map((group) => ask('', 'groups', group)),
    ...Object.entries(extra).flatMap(([key, values]) => values.map((value) => ask('authentication.k8s.io', 'userextras', value, { subresource: key }))),
    ...(uid === undefined ? [] : [ask('authentication.k8s.io', 'uids', uid)]),
  ];
}

/** The groups that the user would have anyway. */
function withImpliedGroups(wanted: Identity): Identity {
  if (wanted.name === anonymous.name) return { ...wanted, groups: wanted.groups.length > 0 ? wanted.groups : anonymous.groups };
  const [, namespace] = ACCOUNT.exec(wanted.name) ?? [];
  const groups = namespace !== undefined && wanted.groups.length === 0 ? [SERVICE_ACCOUNTS_GROUP, `${SERVICE_ACCOUNTS_GROUP}:${namespace}`] : wanted.groups;
  return groups.includes(anonymous.groups[0]!) ? { ...wanted, groups } : { ...wanted, groups: authenticated(wanted.name, groups).groups };
}

/** Over HTTP/1.1 several headers of one name come as one, joined by commas; groups and extras have none. */
function valuesOf({ headers }: RequestContext, name: string): string[] {
  const value = headers[name];
  const list = value === undefined ? [] : typeof value === 'string' ? [value] : value;
  return list.flatMap((text) => text.split(',').map((part) => part.trim())).filter((text) => text !== '');
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key).toLowerCase();
  } catch {
    throw newForbidden({ group: '', resource: '' }, '', `the extra key ${JSON.stringify(key)} is not percent-encoded`);
  }
}
