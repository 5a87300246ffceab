import { createHash } from 'node:crypto';
import { encodeBody, hasProtobuf, negotiateAccept, parseGroupVersionKind } from '@gantry/apimachinery';
import type { GroupVersionKind } from '@gantry/apimachinery';
import { bytesAnswer } from '../answer.js';
import type { Answer } from '../answer.js';
import type { PathEndpoint } from '../path-endpoints.js';
import type { RequestContext } from '../request-context.js';
import { aggregatedDiscovery } from './aggregated.js';
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from './legacy.js';
import type { DiscoveredGroup } from './served.js';

type Document = ReturnType<typeof apiVersions>;

/** `/api`, `/apis` and what is under them. `address` is where clients reach this server. */
export function discoveryEndpoints(groups: readonly DiscoveredGroup[], address: string): Record<string, PathEndpoint> {
  const core = groups.filter(({ name }) => name === '');
  const named = groups.filter(({ name }) => name !== '');
  const endpoints: Record<string, PathEndpoint> = {
    '/api': rootEndpoint(core, apiVersions(core[0], address)),
    '/apis': rootEndpoint(named, apiGroupList(named)),
  };
  for (const group of groups) {
    const root = group.name === '' ? '/api' : `/apis/${group.name}`;
    if (group.name !== '') endpoints[root] = documentEndpoint(apiGroup(group));
    for (const version of group.versions) endpoints[`${root}/${version.version}`] = documentEndpoint(apiResourceList(group.name, version));
  }
  return endpoints;
}

/** A document in JSON or protobuf, encoded when first asked for. */
function documentEndpoint(document: Document): PathEndpoint {
  const encoded = new Map<string, Uint8Array>();
  const formats = hasProtobuf(parseGroupVersionKind(document.apiVersion, document.kind)) ? (['json', 'protobuf'] as const) : (['json'] as const);
  return (context) => {
    const { format, contentType } = negotiateAccept(context.header('accept'), { formats });
    let bytes = encoded.get(format);
    if (bytes === undefined) encoded.set(format, (bytes = encodeBody(document, format)));
    return bytesAnswer(200, contentType, bytes);
  };
}

/** The old document, or the aggregated list where the client asks for it. */
function rootEndpoint(groups: readonly DiscoveredGroup[], document: Document): PathEndpoint {
  const plain = documentEndpoint(document);
  const aggregated = { v2: tagged(aggregatedDiscovery(groups, 'v2')), v2beta1: tagged(aggregatedDiscovery(groups, 'v2beta1')) };
  return (context) => {
    const { as, contentType } = negotiateAccept(context.header('accept'), { formats: ['json', 'protobuf'], transforms: (target, format) => isAggregated(target) && format === 'json' });
    if (as === undefined) return plain(context);
    const answer = answerTagged(context, aggregated[as.version as 'v2' | 'v2beta1'], contentType);
    answer.headers['vary'] = 'Accept';
    return answer;
  };
}

function isAggregated({ group, version, kind }: GroupVersionKind): boolean {
  return group === 'apidiscovery.k8s.io' && kind === 'APIGroupDiscoveryList' && (version === 'v2' || version === 'v2beta1');
}

/** Bytes with the hash of their content. */
export interface Tagged {
  readonly bytes: Uint8Array;
  readonly hash: string;
}

function tagged(value: unknown): Tagged {
  const bytes = Buffer.from(JSON.stringify(value));
  return { bytes, hash: createHash('sha512').update(bytes).digest('hex').toUpperCase() };
}

/** The bytes under their ETag, or 304 for a client that has them. */
export function answerTagged(context: RequestContext, { bytes, hash }: Tagged, contentType: string): Answer {
  const etag = `"${hash}"`;
  if (context.header('if-none-match') === etag) return { status: 304, headers: { etag }, body: new Uint8Array(0) };
  const answer = bytesAnswer(200, contentType, bytes);
  answer.headers['etag'] = etag;
  return answer;
}
