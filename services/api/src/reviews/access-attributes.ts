import type { authorizationV1 } from '@gantry/api-types';
import { FieldSelector, invalid, newInvalid, parseFieldSelector } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import type { PathAttributes, ResourceAttributes } from '../http/authz/attributes.js';

type Spec = Pick<authorizationV1.SubjectAccessReviewSpec, 'resourceAttributes' | 'nonResourceAttributes'>;

const GROUP = 'authorization.k8s.io';
/** The operators of requirements that are those of a field selector, where there is one value. */
const SIGNS: Readonly<Record<string, '=' | '!='>> = { In: '=', NotIn: '!=' };

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
  return { verb, group, resource, subresource, namespace, name, fields: fieldSelector && fieldsOf(fieldSelector) };
}

/** What cannot be read, or is more than an equation, narrows nothing: upstream decides without it, too. */
function fieldsOf({ rawSelector, requirements = [] }: authorizationV1.FieldSelectorAttributes): FieldSelector | undefined {
  try {
    if (rawSelector) return parseFieldSelector(rawSelector);
  } catch {
    return undefined;
  }
  const equations = requirements.flatMap(({ key, operator, values = [] }) => {
    const sign = Object.hasOwn(SIGNS, operator) ? SIGNS[operator] : undefined;
    return sign === undefined || values.length !== 1 ? [] : [{ field: key, operator: sign, value: values[0]! }];
  });
  return equations.length === 0 ? undefined : new FieldSelector(equations);
}

/** Throws 422 where there are errors. */
export function refuseInvalid(kind: string, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw newInvalid({ group: GROUP, kind }, '', errors);
}
