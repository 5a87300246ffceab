import { encodeBody, hasProtobuf, negotiateAccept, parseGroupVersionKind } from '@gantry/apimachinery';
import { bytesAnswer } from '../http/answer.js';
import type { Answer } from '../http/answer.js';
import type { RequestContext } from '../http/request-context.js';

/** An object that is not stored (a Scale, a Status), in the form that the client accepts. Throws 406. */
export function answerObject(context: RequestContext, status: number, object: { readonly apiVersion: string; readonly kind: string; readonly [field: string]: unknown }): Answer {
  const formats = hasProtobuf(parseGroupVersionKind(object.apiVersion, object.kind)) ? (['json', 'yaml', 'protobuf'] as const) : (['json', 'yaml'] as const);
  const { format, contentType } = negotiateAccept(context.header('accept'), { formats });
  return bytesAnswer(status, contentType, encodeBody(object, format));
}

/** The Status that a creation without an object of its own answers (binding, eviction). */
export function successStatus(code: number): { apiVersion: 'v1'; kind: 'Status'; metadata: object; status: 'Success'; code: number } {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code };
}
