import type { JWK } from 'jose';
import { bytesAnswer } from '../http/answer.js';
import type { Answer } from '../http/answer.js';
import type { PathEndpoint } from '../http/path-endpoints.js';
import type { KeyRing } from './keys.js';
import type { ServiceAccountTokens } from './service-account-tokens.js';

const CONFIGURATION_PATH = '/.well-known/openid-configuration';
const KEYS_PATH = '/openid/v1/jwks';

/** Where others learn how to check tokens without asking: OpenID Connect discovery. `address` is where clients reach this server. */
export function issuerEndpoints({ issuer, keys }: ServiceAccountTokens, address: string): Record<string, PathEndpoint> {
  const algorithms = [...new Set([...keys.verification.values()].map(({ algorithm }) => algorithm))].sort();
  const configuration = {
    issuer,
    jwks_uri: `https://${address}${KEYS_PATH}`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: algorithms,
  };
  return {
    [CONFIGURATION_PATH]: () => cacheable('application/json', configuration),
    [KEYS_PATH]: () => cacheable('application/jwk-set+json', { keys: publicKeys(keys) }),
  };
}

function publicKeys({ verification }: KeyRing): JWK[] {
  return [...verification.values()].map(({ id, algorithm, publicKey }) => ({ use: 'sig', ...(publicKey.export({ format: 'jwk' }) as JWK), kid: id, alg: algorithm }));
}

function cacheable(contentType: string, value: unknown): Answer {
  const answer = bytesAnswer(200, contentType, Buffer.from(JSON.stringify(value)));
  answer.headers['cache-control'] = 'public, max-age=3600';
  return answer;
}
