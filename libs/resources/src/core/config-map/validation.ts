import { deepEqual, forbidden, invalid, isConfigMapKey, nameIsDNSSubdomain, path, tooLong } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import { validateMetadata, validateMetadataUpdate } from '../../metadata-validation.js';
import { dataBytesLimit, decodedLength, immutableDataMessage } from '../data-size.js';
import type { DefaultedConfigMap } from './defaults.js';

const metadataPath = path('metadata');

/** A config map to be created. */
export function validateConfigMap(configMap: DefaultedConfigMap): FieldError[] {
  const errors = validateMetadata(configMap.metadata, true, nameIsDNSSubdomain, metadataPath);
  const { data = {}, binaryData = {} } = configMap;
  let bytes = 0;
  for (const key of Object.keys(data)) {
    validateKey(key, 'data', errors);
    if (Object.hasOwn(binaryData, key)) errors.push(invalid(path('data').key(key), key, 'duplicate of key present in binaryData'));
    bytes += Buffer.byteLength(data[key] ?? '');
  }
  for (const key of Object.keys(binaryData)) {
    validateKey(key, 'binaryData', errors);
    bytes += decodedLength(binaryData[key] ?? '');
  }
  if (bytes > dataBytesLimit) errors.push(tooLong('[]', dataBytesLimit));
  return errors;
}

function validateKey(key: string, field: string, errors: FieldError[]): void {
  for (const problem of isConfigMapKey(key)) errors.push(invalid(path(field).key(key), key, problem));
}

/** An update: an immutable config map keeps its data. */
export function validateConfigMapUpdate(configMap: DefaultedConfigMap, old: DefaultedConfigMap): FieldError[] {
  const errors = validateMetadataUpdate(configMap.metadata, old.metadata, metadataPath);
  if (old.immutable === true) {
    if (configMap.immutable !== true) errors.push(forbidden('immutable', immutableDataMessage));
    for (const field of ['data', 'binaryData'] as const) {
      if (!deepEqual(configMap[field] ?? {}, old[field] ?? {})) errors.push(forbidden(field, immutableDataMessage));
    }
  }
  return [...errors, ...validateConfigMap(configMap)];
}
