import type { coreV1 } from '@gantry/api-types';
import type { WithMetadata } from '../../define-kind.js';

/** A secret as defaults leave it. */
export type DefaultedSecret = WithMetadata<coreV1.Secret>;

/** Fills a secret: `stringData`, which is never stored, becomes a part of `data`. */
export function defaultSecret(secret: DefaultedSecret): void {
  secret.metadata ??= {};
  secret.type ||= 'Opaque';
  if (secret.stringData === undefined) return;
  const texts = Object.entries(secret.stringData);
  delete secret.stringData;
  if (texts.length === 0) return;
  secret.data ??= {};
  for (const [key, text] of texts) secret.data[key] = Buffer.from(text).toString('base64');
}
