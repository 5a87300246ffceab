import { X509Certificate } from 'node:crypto';
import { parseTime } from '@gantry/apimachinery';
import { conditionOf } from '../conditions.js';
import type { SigningRequest } from '../conditions.js';

const HOUR_MS = 3_600_000;
/** How long a request is kept after it was decided, and how long one waits for that. */
const DECIDED_MS = HOUR_MS;
const PENDING_MS = 24 * HOUR_MS;

/** Milliseconds since the epoch from which a request is of no use any more; Infinity: one that was approved waits for its signer. */
export function cleaningDeadline(request: SigningRequest): number {
  const { conditions = [], certificate } = request.status ?? {};
  const after = (time: string | undefined, duration: number): number => (time === undefined ? Infinity : (parseTime(time) ?? Infinity) + duration);
  if (conditions.length === 0) return after(request.metadata?.creationTimestamp, PENDING_MS);
  const ended = ['Denied', 'Failed'] as const;
  const issued = certificate ? [after(conditionOf(request, 'Approved')?.lastUpdateTime, DECIDED_MS), expiry(certificate)] : [];
  return Math.min(...ended.map((type) => after(conditionOf(request, type)?.lastUpdateTime, DECIDED_MS)), ...issued);
}

function expiry(base64: string): number {
  try {
    return Date.parse(new X509Certificate(Buffer.from(base64, 'base64')).validTo);
  } catch {
    return Infinity;
  }
}
