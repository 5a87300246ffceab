import { bytesAnswer } from '../http/answer.js';
import type { Answer } from '../http/answer.js';
import { decodeObject } from '../http/decode-body.js';
import { createObject } from '../registry/create.js';
import type { ResourceRequest } from './verb.js';
import { fieldValidation, isDryRun } from './write-options.js';

export async function create(request: ResourceRequest): Promise<Answer> {
  const { env, resource, namespace, context, identity } = request;
  const representation = request.representation();
  const object = decodeObject(context, resource.kind, fieldValidation(request, 'CreateOptions'));
  const dryRun = isDryRun(request, 'CreateOptions');
  const created = await createObject(env, { resource, namespace, object, identity, dryRun, warn: (text) => context.warn(text) });
  return bytesAnswer(201, representation.contentType, representation.object(created));
}
