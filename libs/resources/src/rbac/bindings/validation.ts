import type { rbacV1 } from '@gantry/api-types';
import { deepEqual, invalid, nameIsDNSSubdomain, nameIsPathSegment, notSupported, path, required } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';
import { validateMetadata, validateMetadataUpdate } from '../../metadata-validation.js';
import { RBAC_GROUP } from '../group.js';
import type { DefaultedBinding } from './defaults.js';

const metadataPath = path('metadata');

/** A binding to be created: of a namespace, or of the cluster, where only cluster roles can be given. */
export function validateBinding({ metadata, roleRef, subjects = [] }: DefaultedBinding, isNamespaced: boolean): FieldError[] {
  return [
    ...validateMetadata(metadata, isNamespaced, nameIsPathSegment, metadataPath),
    ...validateRoleRef(roleRef, isNamespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'], path('roleRef')),
    ...subjects.flatMap((subject, index) => validateSubject(subject, isNamespaced, path('subjects').index(index))),
  ];
}

/** An update: what is given stays what it is, else whoever may change the subjects could choose another role. */
export function validateBindingUpdate(binding: DefaultedBinding, old: DefaultedBinding, isNamespaced: boolean): FieldError[] {
  const errors = [...validateBinding(binding, isNamespaced), ...validateMetadataUpdate(binding.metadata, old.metadata, metadataPath)];
  const { apiGroup: APIGroup, kind: Kind, name: Name } = binding.roleRef;
  if (!deepEqual(binding.roleRef, old.roleRef)) errors.push(invalid(path('roleRef'), { APIGroup, Kind, Name }, 'cannot change roleRef'));
  return errors;
}

function validateRoleRef({ apiGroup = '', kind, name }: rbacV1.RoleRef, kinds: readonly string[], at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (apiGroup !== RBAC_GROUP) errors.push(notSupported(at.child('apiGroup'), apiGroup, [RBAC_GROUP]));
  if (!kinds.includes(kind)) errors.push(notSupported(at.child('kind'), kind, kinds));
  if (!name) errors.push(required(at.child('name')));
  else errors.push(...nameIsPathSegment(name, false).map((message) => invalid(at.child('name'), name, message)));
  return errors;
}

function validateSubject({ kind, apiGroup = '', name, namespace = '' }: rbacV1.Subject, isNamespaced: boolean, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (!name) errors.push(required(at.child('name')));
  if (kind === 'ServiceAccount') {
    if (name) errors.push(...nameIsDNSSubdomain(name, false).map((message) => invalid(at.child('name'), name, message)));
    if (apiGroup !== '') errors.push(notSupported(at.child('apiGroup'), apiGroup, ['']));
    if (!isNamespaced && namespace === '') errors.push(required(at.child('namespace')));
  } else if (kind === 'User' || kind === 'Group') {
    if (apiGroup !== RBAC_GROUP) errors.push(notSupported(at.child('apiGroup'), apiGroup, [RBAC_GROUP]));
  } else {
    errors.push(notSupported(at.child('kind'), kind, ['ServiceAccount', 'User', 'Group']));
  }
  return errors;
}
