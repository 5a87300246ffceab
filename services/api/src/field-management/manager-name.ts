import type { Identity } from '../http/authz/identity.js';
import type { RequestContext } from '../http/request-context.js';

/** Bytes of a manager's name. */
export const LONGEST_MANAGER = 128;
/** Who manages what this server itself writes. */
export const OWN_MANAGER = 'kube-apiserver';

/** What Go's `unicode.IsPrint` takes for printable: letters, marks, numbers, punctuation, symbols and the space. */
export const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

const COMPONENTS: Readonly<Record<string, string>> = { 'system:kube-controller-manager': 'kube-controller-manager', 'system:kube-scheduler': 'kube-scheduler' };
const NODE = 'system:node:';
/** Agents are few and come again with every request. */
const REMEMBERED = 1000;
const names = new Map<string, string>();

/**
 * Who is written down as the manager of what a request sets: the field manager that it names, else the name of its user agent. Our own
 * components name no agent when they come over the bus: they are known by who they are.
 */
export function managerName(context: RequestContext, identity: Identity, given: string): string {
  if (given !== '') return given;
  const agent = context.header('user-agent');
  if (agent === undefined) return COMPONENTS[identity.name] ?? (identity.name.startsWith(NODE) ? 'kubelet' : 'unknown');
  let name = names.get(agent);
  if (name === undefined) {
    if (names.size >= REMEMBERED) names.clear();
    names.set(agent, (name = agentName(agent) || 'unknown'));
  }
  return name;
}

/** The agent up to its first slash, printable and no longer than a manager's name may be. */
function agentName(agent: string): string {
  let name = '';
  let bytes = 0;
  for (const letter of agent.split('/', 1)[0]!) {
    if (!PRINTABLE.test(letter)) continue;
    bytes += Buffer.byteLength(letter);
    if (bytes > LONGEST_MANAGER) break;
    name += letter;
  }
  return name;
}
