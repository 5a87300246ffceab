import { invalid, nameIsDNSSubdomain, path, quantityOf, required } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';
import { validateMetadata, validateMetadataUpdate } from '../../metadata-validation.js';
import { quantityOrNone } from '../pod-spec/quantities.js';
import { isCounted, isQuotaResource, validateResourceName } from '../quota-names.js';
import type { DefaultedResourceQuota } from './defaults.js';
import { validateScopes } from './validate-scopes.js';

const metadataPath = path('metadata');
const specPath = path('spec');
const statusPath = path('status');
const nanosPerUnit = 1_000_000_000n;

/** A quota to be created. */
export function validateResourceQuota({ metadata, spec }: DefaultedResourceQuota): FieldError[] {
  const errors = validateMetadata(metadata, true, nameIsDNSSubdomain, metadataPath);
  validateList(spec.hard, specPath.child('hard'), errors);
  validateScopes(spec, specPath, errors);
  return errors;
}

/** An update: the scopes stay. */
export function validateResourceQuotaUpdate({ metadata, spec }: DefaultedResourceQuota, old: DefaultedResourceQuota): FieldError[] {
  const errors = validateMetadataUpdate(metadata, old.metadata, metadataPath);
  validateList(spec.hard, specPath.child('hard'), errors);
  validateScopes(spec, specPath, errors);
  if (sorted(spec.scopes) !== sorted(old.spec.scopes)) errors.push(invalid(specPath.child('scopes'), spec.scopes ?? null, 'field is immutable'));
  return errors;
}

/** An update of the status. */
export function validateResourceQuotaStatusUpdate({ metadata, status }: DefaultedResourceQuota, old: DefaultedResourceQuota): FieldError[] {
  const errors = validateMetadataUpdate(metadata, old.metadata, metadataPath);
  if (!metadata.resourceVersion) errors.push(required('resourceVersion'));
  validateList(status.hard, statusPath.child('hard'), errors);
  validateList(status.used, statusPath.child('used'), errors);
  return errors;
}

function sorted(scopes: readonly string[] | undefined): string {
  return [...new Set(scopes)].sort().join();
}

function validateList(list: Readonly<Record<string, string>> | undefined, at: FieldPath, errors: FieldError[]): void {
  for (const [name, text] of Object.entries(list ?? {})) {
    const here = at.key(name);
    validateResourceName(name, here, errors);
    if (!name.includes('/') && !isQuotaResource(name)) errors.push(invalid(here, name, 'must be a standard resource for quota'));
    validateQuantity(name, text, here, errors);
  }
}

function validateQuantity(name: string, text: string, at: FieldPath, errors: FieldError[]): void {
  const quantity = quantityOrNone(text) ?? quantityOf('0');
  if (quantity.nanos < 0n) errors.push(invalid(at, String(quantity), 'must be greater than or equal to 0'));
  if (isCounted(name) && quantity.nanos % nanosPerUnit !== 0n) errors.push(invalid(at, String(quantity), 'must be an integer'));
}
