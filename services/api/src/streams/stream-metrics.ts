import type { Metrics } from '@gantry/platform/metrics';

/** How a client's session reached this server. */
export type Transport = 'spdy' | 'websocket' | 'websocket-tunnel';

/** Counts the sessions that were begun, by what they are and what they speak. */
export type CountSession = (subresource: string, transport: Transport, protocol: string) => void;

export function createSessionCounter(metrics: Metrics | undefined): CountSession {
  const sessions = metrics?.counter({ name: 'gantry_stream_sessions_total', help: 'Sessions of exec, attach and port-forward that were begun.', labels: ['subresource', 'transport', 'protocol'] });
  return (subresource, transport, protocol) => sessions?.add({ subresource, transport, protocol });
}
