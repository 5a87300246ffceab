import { newUnauthorized } from '@gantry/apimachinery';
import type { Logger } from '@gantry/async';
import type { ServiceAccountTokens } from '../../service-accounts/service-account-tokens.js';
import { TokenError } from '../../service-accounts/verified-tokens.js';
import type { Identity } from '../authz/identity.js';

/** Answers who the token of an Authorization header is of. Throws 401 for anything else. */
export type HeaderAuthenticator = (authorization: string) => Promise<Identity>;

export function bearerAuthenticator(tokens: ServiceAccountTokens | undefined, logger: Logger): HeaderAuthenticator {
  return async (authorization) => {
    const token = tokenOf(authorization);
    try {
      const found = token === undefined ? undefined : await tokens?.authenticate(token);
      if (found !== undefined) return found.identity;
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      logger.debug({ reason: error.message }, 'A token was refused');
    }
    throw newUnauthorized('Unauthorized');
  };
}

function tokenOf(authorization: string): string | undefined {
  const [scheme = '', token] = authorization.trim().split(' ', 2);
  return scheme.toLowerCase() === 'bearer' && token !== '' ? token : undefined;
}
