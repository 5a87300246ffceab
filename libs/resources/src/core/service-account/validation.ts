import { nameIsDNSSubdomain, path } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import { validateMetadata, validateMetadataUpdate } from '../../metadata-validation.js';
import type { DefaultedServiceAccount } from './defaults.js';

const metadataPath = path('metadata');

/** A service account to be created. */
export function validateServiceAccount({ metadata }: DefaultedServiceAccount): FieldError[] {
  return validateMetadata(metadata, true, nameIsDNSSubdomain, metadataPath);
}

/** An update. */
export function validateServiceAccountUpdate(account: DefaultedServiceAccount, old: DefaultedServiceAccount): FieldError[] {
  return [...validateMetadataUpdate(account.metadata, old.metadata, metadataPath), ...validateServiceAccount(account)];
}
