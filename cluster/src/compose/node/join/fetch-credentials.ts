import { sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { statusErrorFrom } from '@gantry/apimachinery';
import type { Status } from '@gantry/apimachinery';
import type { Bus } from '@gantry/bus';
import { createNodeUser } from '@gantry/bus/nats';
import { nodeProofText } from '@gantry/client';

/** What lets a node onto the bus under its own name. */
export interface NodeCredentials {
  /** In the form of a `.creds` file. */
  readonly creds: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

export interface ShownIdentity {
  /** PEM. */
  readonly certificate: string;
  readonly key: KeyObject;
}

const TIMEOUT_MS = 10_000;

/**
 * Shows the node's certificate and that it has its key, and gets the token of a bus user whose key is made here and never leaves. `prefix`:
 * `api.join.node`, or the node's own. Rejects with the `StatusError` of a refusal, or a `BusError`.
 */
export async function fetchCredentials(bus: Bus, prefix: string, { certificate, key }: ShownIdentity, signal: AbortSignal): Promise<NodeCredentials> {
  const user = createNodeUser();
  const { challenge } = await ask<{ challenge: string }>(bus, `${prefix}.challenge`, {}, signal);
  const signature = sign('sha256', nodeProofText(challenge, user.publicKey), key).toString('base64');
  const { token, expires } = await ask<{ token: string; expires: number }>(bus, `${prefix}.credentials`, { certificate, challenge, userKey: user.publicKey, signature }, signal);
  return { creds: user.credentials(token), expires: expires * 1000 };
}

async function ask<T>(bus: Bus, subject: string, body: unknown, signal: AbortSignal): Promise<T> {
  const { data } = await bus.request(subject, Buffer.from(JSON.stringify(body)), { timeoutMs: TIMEOUT_MS, signal });
  const answer = JSON.parse(Buffer.from(data).toString()) as T & { kind?: string };
  if (answer.kind === 'Status') throw statusErrorFrom(answer as unknown as Status);
  return answer;
}
