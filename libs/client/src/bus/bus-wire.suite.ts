import type { Bus } from '@gantry/bus';
import type { ApiRequest, ApiResponse } from '../transport.js';
import { decodeResponseHead, encodeRequestHead, REQUEST_TOKEN } from './bus-wire.js';

/** Asks by one message whatever a client would open a stream for: what somebody does who keeps to no client's rules. */
export async function askByMessage(bus: Bus, subjectPrefix: string, request: ApiRequest): Promise<ApiResponse> {
  const message = await bus.request(`${subjectPrefix}.${REQUEST_TOKEN}`, request.body ?? new Uint8Array(0), { headers: encodeRequestHead(request), timeoutMs: 10_000 });
  return { ...decodeResponseHead(message.headers), body: message.data };
}
