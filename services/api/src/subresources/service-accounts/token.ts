import { invalid, newInvalid, rfc3339 } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import type { ResourceObject } from '@gantry/resources';
import type { Answer } from '../../http/answer.js';
import { decodeObject } from '../../http/decode-body.js';
import { notFound } from '../../registry/current-state.js';
import type { BoundObjectReaders } from '../../service-accounts/bound-objects.js';
import type { ServiceAccountTokens } from '../../service-accounts/service-account-tokens.js';
import type { ResourceRequest } from '../../verbs/verb.js';
import { fieldValidation } from '../../verbs/write-options.js';
import { answerObject } from '../answer-object.js';
import { onlyFor } from '../subresource.js';
import type { Subresource } from '../subresource.js';
import { boundClaims } from './bound-reference.js';
import type { BoundObjectReference } from './bound-reference.js';

interface TokenRequest extends ResourceObject {
  spec: { audiences?: string[]; expirationSeconds?: number | bigint; boundObjectRef?: BoundObjectReference };
  status?: { token: string; expirationTimestamp: string };
}

const KIND = { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' };
const DEFAULT_SECONDS = 3600;
const LEAST_SECONDS = 600;
const MOST_SECONDS = 2 ** 32;

/** POST `/token` of a service account: a token, for the audiences, the time and the object that are asked for. */
export function serviceAccountToken(tokens: ServiceAccountTokens, readers: BoundObjectReaders): Subresource {
  return {
    name: 'token',
    appliesTo: onlyFor('', 'serviceaccounts'),
    bodyKind: () => KIND,
    verbs: { create: (request) => create(request, tokens, readers) },
  };
}

async function create(request: ResourceRequest, tokens: ServiceAccountTokens, readers: BoundObjectReaders): Promise<Answer> {
  const { env, resource, namespace, name, subresource, context, identity } = request;
  const object = decodeObject(context, KIND, fieldValidation(request, 'CreateOptions')) as TokenRequest;
  checkPlace(object, namespace, name);
  const account = (await readers.serviceAccounts.fresh(namespace, name))?.object;
  if (account === undefined) throw notFound(resource, name);
  complete(object, namespace, name, rfc3339(env.now()));
  const errors = expirationErrors(object);
  if (errors.length > 0) throw newInvalid(KIND, '', errors);
  await env.admission.validate({ operation: 'CREATE', resource, subresource, namespace, name, object, old: undefined, identity, dryRun: false });
  // Behind admission, which judges what was asked for.
  if (!object.spec.audiences?.length) object.spec.audiences = [...tokens.audiences];
  const { audiences, expirationSeconds, boundObjectRef } = object.spec;
  const binding = boundObjectRef === undefined ? {} : await boundClaims(readers, namespace, name, boundObjectRef);
  const bound = { namespace, ...binding, serviceaccount: { name, uid: account.metadata.uid! } };
  const { token, expires } = await tokens.issue({ audiences, expirationSeconds: Number(expirationSeconds), bound });
  return answerObject(context, 201, { ...object, status: { token, expirationTimestamp: rfc3339(expires) } });
}

function checkPlace({ metadata }: TokenRequest, namespace: string, name: string): void {
  if (metadata?.name && metadata.name !== name) throw newInvalid(KIND, name, [invalid('metadata.name', metadata.name, 'must match the service account name if specified')]);
  if (metadata?.namespace && metadata.namespace !== namespace) throw newInvalid(KIND, name, [invalid('metadata.namespace', metadata.namespace, 'must match the service account namespace if specified')]);
}

function complete(object: TokenRequest, namespace: string, name: string, now: string): void {
  object.apiVersion = `${KIND.group}/${KIND.version}`;
  object.kind = KIND.kind;
  object.metadata = { ...object.metadata, name, namespace, creationTimestamp: now };
  object.spec ??= {};
  object.spec.expirationSeconds ??= DEFAULT_SECONDS;
}

function expirationErrors({ spec: { expirationSeconds: seconds = 0 } }: TokenRequest): FieldError[] {
  const errors: FieldError[] = [];
  if (seconds < LEAST_SECONDS) errors.push(invalid('spec.expirationSeconds', seconds, 'may not specify a duration less than 10 minutes'));
  if (seconds > MOST_SECONDS) errors.push(invalid('spec.expirationSeconds', seconds, 'may not specify a duration larger than 2^32 seconds'));
  return errors;
}
