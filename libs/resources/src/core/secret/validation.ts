import { deepEqual, forbidden, invalid, isConfigMapKey, nameIsDNSSubdomain, path, required, tooLong, validateImmutable } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import { validateMetadata, validateMetadataUpdate } from '../../metadata-validation.js';
import { dataBytesLimit, decodedLength, immutableDataMessage } from '../data-size.js';
import type { DefaultedSecret } from './defaults.js';

const metadataPath = path('metadata');
const dataPath = path('data');
const serviceAccountName = 'kubernetes.io/service-account.name';

/** A secret to be created. */
export function validateSecret(secret: DefaultedSecret): FieldError[] {
  const errors = validateMetadata(secret.metadata, true, nameIsDNSSubdomain, metadataPath);
  const { data = {}, type = '' } = secret;
  let bytes = 0;
  for (const key of Object.keys(data)) {
    for (const problem of isConfigMapKey(key)) errors.push(invalid(dataPath.key(key), key, problem));
    bytes += decodedLength(data[key] ?? '');
  }
  if (bytes > dataBytesLimit) errors.push(tooLong(dataPath, dataBytesLimit));
  const rule = Object.hasOwn(rules, type) ? rules[type] : undefined;
  if (rule !== undefined) errors.push(...rule(secret));
  return errors;
}

/** An update: the type is fixed, and the data of an immutable secret. */
export function validateSecretUpdate(secret: DefaultedSecret, old: DefaultedSecret): FieldError[] {
  const errors = validateMetadataUpdate(secret.metadata, old.metadata, metadataPath);
  errors.push(...validateImmutable(secret.type, old.type, path('type')));
  if (old.immutable === true) {
    if (secret.immutable !== true) errors.push(forbidden('immutable', immutableDataMessage));
    if (!deepEqual(secret.data ?? {}, old.data ?? {})) errors.push(forbidden('data', immutableDataMessage));
  }
  return [...errors, ...validateSecret(secret)];
}

type Rule = (secret: DefaultedSecret) => FieldError[];

/** What a type of secret asks of its data. */
const rules: Readonly<Record<string, Rule>> = {
  'kubernetes.io/service-account-token': ({ metadata }) =>
    metadata.annotations?.[serviceAccountName] ? [] : [required(metadataPath.child('annotations').key(serviceAccountName))],
  'kubernetes.io/dockercfg': (secret) => jsonUnder(secret, '.dockercfg'),
  'kubernetes.io/dockerconfigjson': (secret) => jsonUnder(secret, '.dockerconfigjson'),
  'kubernetes.io/basic-auth': (secret) => {
    const missing = keysMissing(secret, ['username', 'password']);
    return missing.length === 2 ? missing : [];
  },
  'kubernetes.io/ssh-auth': (secret) => (secret.data?.['ssh-privatekey'] ? [] : [required(dataPath.key('ssh-privatekey'))]),
  'kubernetes.io/tls': (secret) => keysMissing(secret, ['tls.crt', 'tls.key']),
};

function keysMissing({ data = {} }: DefaultedSecret, keys: readonly string[]): FieldError[] {
  return keys.filter((key) => !Object.hasOwn(data, key)).map((key) => required(dataPath.key(key)));
}

function jsonUnder(secret: DefaultedSecret, key: string): FieldError[] {
  const missing = keysMissing(secret, [key]);
  if (missing.length > 0) return missing;
  try {
    JSON.parse(Buffer.from(secret.data?.[key] ?? '', 'base64').toString());
    return [];
  } catch {
    return [invalid(dataPath.key(key), '<secret contents redacted>', 'invalid character in JSON')];
  }
}
