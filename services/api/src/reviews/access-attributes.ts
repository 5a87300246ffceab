import type { authorizationV1 } from '@gantry/api-types';
import { invalid, newInvalid, parseFieldSelector } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import type { PathAttributes, ResourceAttributes } from '../http/authz/attributes.js';

type Spec = Pick<authorizationV1.SubjectAccessReviewSpec, 'resourceAttributes' | 'nonResourceAttributes'>;

const GROUP = 'authorization.k8s.io';

/** What a question about access is about: a resource or a path, one of them. */
export function attributesErrors({ resourceAttributes, nonResourceAttributes }: Spec): FieldError[] {
  if (resourceAttributes !== undefined && nonResourceAttributes !== undefined) return [invalid('spec.nonResourceAttributes', nonResourceAttributes, 'cannot be specified in combination with resourceAttributes')];
  if (resourceAttributes === undefined && nonResourceAttributes === undefined) return [invalid('spec.resourceAttributes', undefined, 'exactly one of nonResourceAttributes or resourceAttributes must be specified')];
  return [];
}

/** The same in the terms that permissions are written in. */
export function attributesOf({ resourceAttributes, nonResourceAttributes }: Spec): PathAttributes | ResourceAttributes {
  if (resourceAttributes === undefined) return { verb: nonResourceAttributes?.verb ?? '', path: nonResourceAttributes?.path ?? '' };
  const { verb = '', group = '', resource = '', subresource = '', namespace = '', name = '', fieldSelector } = resourceAttributes;
  const fields = fieldSelector?.rawSelector ? parseFieldSelector(fieldSelector.rawSelector) : undefined;
  return { verb, group, resource, subresource, namespace, name, fields };
}

/** Throws 422 where there are errors. */
export function refuseInvalid(kind: string, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw newInvalid({ group: GROUP, kind }, '', errors);
}
