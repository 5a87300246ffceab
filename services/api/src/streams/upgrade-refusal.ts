import type { WholeAnswer } from '../http/answer.js';

/** A refusal in plain text, as kubelets and the upgrade of upstream answer; clients show it as it is. */
export function plainRefusal(status: number, text: string, accepted: readonly string[] = []): WholeAnswer {
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff', ...(accepted.length === 0 ? {} : { 'x-accepted-stream-protocol-versions': accepted.join(', ') }) },
    body: Buffer.from(text.endsWith('\n') ? text : `${text}\n`),
  };
}
