import { covers, newNotAcceptable, OpenApiDocuments, openApiV2ProtobufTypes, openApiV3ProtobufTypes, parseAccept } from '@gantry/apimachinery';
import type { ServedResource as OpenApiServedResource } from '@gantry/apimachinery';
import type { Answer } from './answer.js';
import { answerTagged } from './discovery/endpoints.js';
import { nothingHere } from './nothing-here.js';
import type { PathEndpoint } from './path-endpoints.js';
import type { RequestContext } from './request-context.js';

const YEAR_MS = 31_536_000_000;
const JSON_TYPE = 'application/json';
const V2_TYPES = [JSON_TYPE, ...openApiV2ProtobufTypes];
const V3_TYPES = [JSON_TYPE, ...openApiV3ProtobufTypes];

/**
 * `/openapi/v2`, `/openapi/v3` and a document for every group and version, each built when first asked for. The protobuf type that older
 * kubectls ask by has an `@`, which their own parser refuses in an answer: the other one is sent to all.
 */
export function openApiEndpoints(served: readonly OpenApiServedResource[], version: string): Record<string, PathEndpoint> {
  const documents = new OpenApiDocuments(served, version);
  return {
    '/openapi/v2': (context) => {
      const isJson = accepted(context, V2_TYPES) === JSON_TYPE;
      return varied(isJson ? answerTagged(context, documents.v2Json(), JSON_TYPE) : answerTagged(context, documents.v2Protobuf(), openApiV2ProtobufTypes[0]));
    },
    '/openapi/v3': (context) => answerTagged(context, documents.v3Index(), JSON_TYPE),
    '/openapi/v3/*': (context) => groupVersion(context, documents),
  };
}

/** Under the hash of the index a document never changes; under an old one is where to find the present. */
function groupVersion(context: RequestContext, documents: OpenApiDocuments): Answer {
  const path = context.path.slice('/openapi/v3/'.length);
  if (documents.v3(path) === undefined) throw nothingHere();
  const isJson = accepted(context, V3_TYPES) === JSON_TYPE;
  const document = (isJson ? documents.v3(path) : documents.v3Protobuf(path))!;
  const hash = context.query.get('hash');
  if (hash && hash !== document.hash) return { status: 301, headers: { location: `/openapi/v3/${path}?hash=${document.hash}`, vary: 'Accept' }, body: new Uint8Array(0) };
  const answer = varied(answerTagged(context, document, isJson ? JSON_TYPE : openApiV3ProtobufTypes[0]));
  if (hash) Object.assign(answer.headers, { 'cache-control': 'public, immutable', expires: new Date(Date.now() + YEAR_MS).toUTCString() });
  return answer;
}

function varied(answer: Answer): Answer {
  answer.headers['vary'] = 'Accept';
  return answer;
}

/** The first of the types that the client accepts best. Throws 406 when that is none. */
function accepted(context: RequestContext, types: readonly string[]): string {
  const clauses = parseAccept(context.header('accept') || '*/*');
  for (const clause of clauses) {
    const type = types.find((one) => covers(clause, one));
    if (type !== undefined) return type;
  }
  throw newNotAcceptable(types);
}
