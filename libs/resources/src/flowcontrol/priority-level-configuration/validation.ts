import type { flowcontrolV1 } from '@gantry/api-types';
import { forbidden, invalid, nameIsDNSSubdomain, notSupported, path, required } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';
import type { WithMetadata } from '../../define-kind.js';
import { validateMetadata, validateMetadataUpdate } from '../../metadata-validation.js';
import { semanticEqual } from '../../semantic-equal.js';
import { bootstrapPriorityLevels } from '../bootstrap-objects.js';
import { validateConditions } from '../conditions.js';

/** A priority level as defaults leave it. */
export type DefaultedPriorityLevel = WithMetadata<flowcontrolV1.PriorityLevelConfiguration> & {
  spec: flowcontrolV1.PriorityLevelConfigurationSpec;
  status: flowcontrolV1.PriorityLevelConfigurationStatus;
};

const metadataPath = path('metadata');
const specPath = path('spec');
const EXEMPT = 'exempt';
const MOST_QUEUES = 10_000_000;
/** Bits of a hash of a flow, which choose the flow's queues. */
const HASH_BITS = 60;

/** A priority level to be created. */
export function validatePriorityLevel(level: DefaultedPriorityLevel): FieldError[] {
  return [...validateMetadata(level.metadata, false, nameIsDNSSubdomain, metadataPath), ...validateContent(level)];
}

/** An update. */
export function validatePriorityLevelUpdate(level: DefaultedPriorityLevel, old: DefaultedPriorityLevel): FieldError[] {
  return [...validateMetadataUpdate(level.metadata, old.metadata, metadataPath), ...validateContent(level)];
}

/** An update of the status. */
export function validatePriorityLevelStatusUpdate({ metadata, status }: DefaultedPriorityLevel, old: DefaultedPriorityLevel): FieldError[] {
  return [...validateMetadataUpdate(metadata, old.metadata, metadataPath), ...validateConditions(status.conditions)];
}

function validateContent({ metadata: { name = '' }, spec, status }: DefaultedPriorityLevel): FieldError[] {
  const errors: FieldError[] = [];
  if ((name === EXEMPT) !== (spec.type === 'Exempt')) errors.push(invalid(specPath.child('type'), spec.type, "must be 'Exempt' if and only if `name` is 'exempt'"));
  if (spec.type === 'Exempt') validateExempt(spec, errors);
  else if (spec.type === 'Limited') validateLimited(spec, errors);
  else if (!spec.type) errors.push(required(specPath.child('type')));
  else errors.push(notSupported(specPath.child('type'), spec.type, ['Exempt', 'Limited']));
  validateMandatory(name, spec, errors);
  return [...errors, ...validateConditions(status.conditions)];
}

/** Of the level of those who must never wait, only how much it lends may change. */
function validateMandatory(name: string, spec: flowcontrolV1.PriorityLevelConfigurationSpec, errors: FieldError[]): void {
  const mandatory = bootstrapPriorityLevels.find((one) => one.isMandatory && one.name === name);
  if (mandatory === undefined) return;
  const { exempt, ...rest } = mandatory.spec;
  const isSame = name === EXEMPT ? semanticEqual({ ...spec, exempt: undefined }, rest) : semanticEqual(spec, mandatory.spec);
  if (!isSame) errors.push(invalid(specPath, spec, `spec of '${name}'${exempt === undefined ? '' : " except the 'spec.exempt' field"} must equal the fixed value`));
}

function validateExempt({ limited, exempt }: flowcontrolV1.PriorityLevelConfigurationSpec, errors: FieldError[]): void {
  if (limited !== undefined) errors.push(forbidden(specPath.child('limited'), 'must be nil if the type is not Limited'));
  if (exempt !== undefined) validateShares(exempt, specPath.child('exempt'), errors);
}

function validateLimited({ limited, exempt }: flowcontrolV1.PriorityLevelConfigurationSpec, errors: FieldError[]): void {
  const at = specPath.child('limited');
  if (exempt !== undefined) errors.push(forbidden(specPath.child('exempt'), 'must be nil if the type is Limited'));
  if (limited === undefined) {
    errors.push(required(at, 'must not be empty when type is Limited'));
    return;
  }
  validateShares(limited, at, errors);
  validateResponse(limited.limitResponse ?? { type: '' }, at.child('limitResponse'), errors);
  const borrowed = limited.borrowingLimitPercent;
  if (borrowed !== undefined && borrowed < 0) errors.push(invalid(at.child('borrowingLimitPercent'), borrowed, 'if specified, must be a non-negative integer'));
}

function validateShares({ nominalConcurrencyShares = 0, lendablePercent = 0 }: flowcontrolV1.ExemptPriorityLevelConfiguration, at: FieldPath, errors: FieldError[]): void {
  if (nominalConcurrencyShares < 0) errors.push(invalid(at.child('nominalConcurrencyShares'), nominalConcurrencyShares, 'must be a non-negative integer'));
  if (lendablePercent < 0 || lendablePercent > 100) errors.push(invalid(at.child('lendablePercent'), lendablePercent, 'must be between 0 and 100, inclusive'));
}

function validateResponse({ type, queuing }: flowcontrolV1.LimitResponse, at: FieldPath, errors: FieldError[]): void {
  const here = at.child('queuing');
  if (type === 'Reject') {
    if (queuing !== undefined) errors.push(forbidden(here, 'must be nil if limited.limitResponse.type is not Limited'));
  } else if (type === 'Queue') {
    if (queuing === undefined) errors.push(required(here, 'must not be empty if limited.limitResponse.type is Limited'));
    else validateQueuing(queuing, here, errors);
  } else if (!type) errors.push(required(at.child('type')));
  else errors.push(notSupported(at.child('type'), type, ['Queue', 'Reject']));
}

function validateQueuing({ queues = 0, handSize = 0, queueLengthLimit = 0 }: flowcontrolV1.QueuingConfiguration, at: FieldPath, errors: FieldError[]): void {
  if (queueLengthLimit <= 0) errors.push(invalid(at.child('queueLengthLimit'), queueLengthLimit, 'must be positive'));
  if (queues <= 0) errors.push(invalid(at.child('queues'), queues, 'must be positive'));
  else if (queues > MOST_QUEUES) errors.push(invalid(at.child('queues'), queues, `must not be greater than ${String(MOST_QUEUES)}`));
  const here = at.child('handSize');
  const bits = Math.ceil(Math.log2(queues) * handSize);
  if (handSize <= 0) errors.push(invalid(here, handSize, 'must be positive'));
  else if (handSize > queues) errors.push(invalid(here, handSize, `should not be greater than queues (${String(queues)})`));
  else if (bits > HASH_BITS) errors.push(invalid(here, handSize, `required entropy bits of deckSize ${String(queues)} and handSize ${String(handSize)} should not be greater than ${String(HASH_BITS)}`));
}
