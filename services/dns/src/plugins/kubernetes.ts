import { answerCluster, serverName, type ClusterZone } from '../kubernetes/cluster-zone.js';
import type { Outcome } from '../kubernetes/outcome.js';
import { answerReverse, findReverse, type ReverseZone } from '../kubernetes/reverse-zones.js';
import type { Handler, Plugin } from '../plugin.js';
import { SERVER_FAILURE, type Answer, type RecordsAnswer } from '../wire/answer.js';
import { RCODE, TYPE } from '../wire/codes.js';
import { makeQuery } from '../wire/make-query.js';
import type { Query } from '../wire/query.js';
import { recordsOf } from '../wire/records-of-answer.js';
import { cnameRecord, soaRecord } from '../wire/records.js';

export interface KubernetesOptions {
  readonly zone: ClusterZone;
  readonly reverseZones: readonly ReverseZone[];
}

/** Aliases of aliases that are followed. */
const MOST_ALIASES = 8;

/** Everything below the cluster's domain and the reverse names of its ranges, from memory. */
export function kubernetes({ zone, reverseZones }: KubernetesOptions): Plugin {
  const domain = zone.domain.split('.');
  return (next) => {
    const answer = (query: Query, depth: number): Answer | Promise<Answer> => {
      const { labels, type } = query;
      if (endsWith(labels, domain)) return finish(query, answerCluster(zone, labels.slice(0, -domain.length), type), depth);
      const reverse = findReverse(reverseZones, labels);
      if (reverse === undefined) return next(query);
      const outcome = answerReverse(zone.catalog, zone.domain, reverse.address, { type, ttl: zone.ttl });
      return answerOf(zone, reverse.zone.domain, query, outcome);
    };
    const finish = (query: Query, outcome: Outcome, depth: number) => {
      if (outcome.kind !== 'alias') return answerOf(zone, zone.domain, query, outcome);
      return followAlias({ query, target: outcome.target, ttl: zone.ttl, depth }, (target) => answer(target, depth + 1));
    };
    return (query) => answer(query, 0);
  };
}

/** Whether a name is one that this plugin answers. */
export function clusterNames({ zone, reverseZones }: KubernetesOptions): (labels: readonly string[]) => boolean {
  const domain = zone.domain.split('.');
  return (labels) => endsWith(labels, domain) || findReverse(reverseZones, labels) !== undefined;
}

function endsWith(labels: readonly string[], domain: readonly string[]): boolean {
  const start = labels.length - domain.length;
  return start >= 0 && domain.every((label, index) => labels[start + index] === label);
}

function answerOf(zone: ClusterZone, owner: string, { labels, type }: Query, outcome: Outcome): RecordsAnswer {
  const base = { rcode: RCODE.noError, authoritative: true, answers: [], authority: [], additional: [] };
  if (outcome.kind === 'records') return { ...base, answers: outcome.answers, additional: outcome.additional ?? [] };
  const { domain, ttl, catalog } = zone;
  const soa = soaRecord(owner, { server: serverName(domain), mailbox: `hostmaster.${domain}`, serial: catalog.serial, ttl });
  const isApex = labels.length === owner.split('.').length;
  if (type === TYPE.SOA && isApex) return { ...base, answers: [soa] };
  return { ...base, rcode: outcome.kind === 'no-name' ? RCODE.nxDomain : RCODE.noError, authority: [soa] };
}

interface Alias {
  readonly query: Query;
  readonly target: string;
  readonly ttl: number;
  readonly depth: number;
}

/** The alias, and what its target is; a target that cannot be asked for fails the whole, so that the client asks again. */
async function followAlias({ query, target, ttl, depth }: Alias, ask: Handler): Promise<Answer> {
  const alias = cnameRecord(undefined, target, ttl);
  if (query.type === TYPE.CNAME) return { rcode: RCODE.noError, authoritative: true, answers: [alias], authority: [], additional: [] };
  const asked = depth < MOST_ALIASES ? makeQuery(target, query) : undefined;
  const found = asked === undefined ? undefined : recordsOf(await ask(asked), target);
  if (found === undefined) return SERVER_FAILURE;
  return { ...found, authoritative: true, answers: [alias, ...found.answers] };
}
