import type { Metrics } from '@gantry/platform/metrics';

/** Counts who was let in and what was permitted. */
export interface AccessMetrics {
  authenticated(isKnown: boolean): void;
  authorized(isAllowed: boolean): void;
  handshakeFailed(): void;
}

export function createAccessMetrics(metrics: Metrics): AccessMetrics {
  const attempts = metrics.counter({ name: 'authentication_attempts', help: 'Requests over HTTPS whose certificate or token was looked at.', labels: ['result'] });
  const decisions = metrics.counter({ name: 'authorization_attempts_total', help: 'Requests that were permitted or refused.', labels: ['result'] });
  const handshakes = metrics.counter({ name: 'apiserver_tls_handshake_errors_total', help: 'Connections whose TLS handshake failed.' }).of({});
  const [success, failure] = [attempts.of({ result: 'success' }), attempts.of({ result: 'failure' })];
  const [allowed, denied] = [decisions.of({ result: 'allowed' }), decisions.of({ result: 'denied' })];
  return {
    authenticated: (isKnown) => (isKnown ? success : failure).add(),
    authorized: (isAllowed) => (isAllowed ? allowed : denied).add(),
    handshakeFailed: () => handshakes.add(),
  };
}
