import type { flowcontrolV1 } from '@gantry/api-types';
import { invalid, nameIsDNSSubdomain, notSupported, path, required } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import type { WithMetadata } from '../../define-kind.js';
import { validateMetadata, validateMetadataUpdate } from '../../metadata-validation.js';
import { semanticEqual } from '../../semantic-equal.js';
import { bootstrapFlowSchemas } from '../bootstrap-objects.js';
import { validateConditions } from '../conditions.js';
import { validateRule } from './validate-rules.js';

/** A flow schema as defaults leave it. */
export type DefaultedFlowSchema = WithMetadata<flowcontrolV1.FlowSchema> & { spec: flowcontrolV1.FlowSchemaSpec; status: flowcontrolV1.FlowSchemaStatus };

const metadataPath = path('metadata');
const specPath = path('spec');
const HIGHEST_PRECEDENCE = 10_000;
const methods = ['ByNamespace', 'ByUser'];

/** A flow schema to be created. */
export function validateFlowSchema(schema: DefaultedFlowSchema): FieldError[] {
  return [...validateMetadata(schema.metadata, false, nameIsDNSSubdomain, metadataPath), ...validateContent(schema)];
}

/** An update. */
export function validateFlowSchemaUpdate(schema: DefaultedFlowSchema, old: DefaultedFlowSchema): FieldError[] {
  return [...validateMetadataUpdate(schema.metadata, old.metadata, metadataPath), ...validateContent(schema)];
}

/** An update of the status. */
export function validateFlowSchemaStatusUpdate({ metadata, status }: DefaultedFlowSchema, old: DefaultedFlowSchema): FieldError[] {
  return [...validateMetadataUpdate(metadata, old.metadata, metadataPath), ...validateConditions(status.conditions)];
}

function validateContent({ metadata: { name = '' }, spec, status }: DefaultedFlowSchema): FieldError[] {
  const errors: FieldError[] = [];
  validatePrecedence(name, spec.matchingPrecedence ?? 0, errors);
  const method = spec.distinguisherMethod;
  if (method !== undefined && !methods.includes(method.type)) errors.push(notSupported(specPath.child('distinguisherMethod').child('type'), method.type, methods));
  validateLevelName(spec.priorityLevelConfiguration.name, errors);
  spec.rules?.forEach((rule, index) => validateRule(rule, specPath.child('rules').index(index), errors));
  const mandatory = bootstrapFlowSchemas.find((one) => one.isMandatory && one.name === name);
  if (mandatory !== undefined && !semanticEqual(spec, mandatory.spec)) errors.push(invalid(specPath, spec, `spec of '${name}' must equal the fixed value`));
  return [...errors, ...validateConditions(status.conditions)];
}

function validatePrecedence(name: string, precedence: number, errors: FieldError[]): void {
  const at = specPath.child('matchingPrecedence');
  if (precedence <= 0) errors.push(invalid(at, precedence, 'must be a positive value'));
  if (precedence > HIGHEST_PRECEDENCE) errors.push(invalid(at, precedence, `must not be greater than ${String(HIGHEST_PRECEDENCE)}`));
  if (precedence === 1 && name !== 'exempt') errors.push(invalid(at, precedence, "only the schema named 'exempt' may have matchingPrecedence 1"));
}

function validateLevelName(name: string, errors: FieldError[]): void {
  const at = specPath.child('priorityLevelConfiguration').child('name');
  if (!name) errors.push(required(at, 'must reference a priority level'));
  else for (const problem of nameIsDNSSubdomain(name, false)) errors.push(invalid(at, name, problem));
}
