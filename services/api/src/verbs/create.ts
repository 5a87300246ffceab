import { rfc3339 } from '@gantry/apimachinery';
import { trackCreated } from '../field-management/field-tracking.js';
import { bytesAnswer } from '../http/answer.js';
import type { Answer } from '../http/answer.js';
import { decodeObject } from '../http/decode-body.js';
import { createObject } from '../registry/create.js';
import { dropRepeatedOwners } from './owner-references.js';
import type { ResourceRequest } from './verb.js';
import { writeOptions } from './write-options.js';

export async function create(request: ResourceRequest): Promise<Answer> {
  const { env, resource, namespace, subresource, context, identity } = request;
  const representation = request.representation();
  const { dryRun, validation, manager } = writeOptions(request, 'CreateOptions');
  const object = decodeObject(context, resource.kind, validation);
  dropRepeatedOwners(object, (text) => context.warn(text));
  const { strategy } = resource.kind;
  const created = await createObject(env, {
    resource, namespace, object, identity, dryRun,
    track: (made) => trackCreated(made, { resource, strategy, subresource, manager, now: rfc3339(env.now()) }),
    warn: (text) => context.warn(text),
  });
  return bytesAnswer(201, representation.contentType, representation.object(created));
}
