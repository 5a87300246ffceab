import { OpenApiDocuments, openApiV2ProtobufTypes } from '@gantry/apimachinery';
import type { ServedResource as OpenApiServedResource } from '@gantry/apimachinery';
import { answerTagged } from './discovery/endpoints.js';
import { nothingHere } from './nothing-here.js';
import type { PathEndpoint } from './path-endpoints.js';

const YEAR_SECONDS = 31_536_000;

/**
 * `/openapi/v2`, `/openapi/v3` and a document for every group and version, each built when first asked for. The protobuf type that older
 * kubectls ask by has an `@`, which their own parser refuses in an answer: the other one is sent to all.
 */
export function openApiEndpoints(served: readonly OpenApiServedResource[], version: string): Record<string, PathEndpoint> {
  const documents = new OpenApiDocuments(served, version);
  return {
    '/openapi/v2': (context) => {
      const accept = context.header('accept');
      const isProtobuf = openApiV2ProtobufTypes.some((type) => accept?.includes(type));
      return isProtobuf ? answerTagged(context, documents.v2Protobuf(), openApiV2ProtobufTypes[0]) : answerTagged(context, documents.v2Json(), 'application/json');
    },
    '/openapi/v3': (context) => answerTagged(context, documents.v3Index(), 'application/json'),
    '/openapi/v3/*': (context) => {
      const document = documents.v3(context.path.slice('/openapi/v3/'.length));
      if (document === undefined) throw nothingHere();
      const answer = answerTagged(context, document, 'application/json');
      if (context.query.get('hash') === document.hash) answer.headers['cache-control'] = `public, max-age=${String(YEAR_SECONDS)}, immutable`;
      return answer;
    },
  };
}
