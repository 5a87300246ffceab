import { verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { newBadRequest, newUnauthorized } from '@gantry/apimachinery';
import { nodeProofText } from '@gantry/client';
import type { Challenges } from './challenge.js';
import { nodeCertificate } from './node-certificate.js';
import type { NodeNames } from './node-names.js';

/** Makes the proof of a node's bus identity: a user token for the node's own user key. `expires`: seconds since the epoch. */
export type IssueNodeToken = (nodeName: string, userKey: string, expires: number) => Promise<string>;

export interface CredentialsOptions {
  readonly challenges: Challenges;
  readonly names: Pick<NodeNames, 'take'>;
  /** PEM. */
  readonly authorities: string;
  readonly issue: IssueNodeToken;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What a node shows to be let onto the bus as itself. */
export interface CredentialsRequest {
  /** PEM. */
  readonly certificate: string;
  readonly challenge: string;
  /** The public key of its bus user, which it made itself: no answer carries a secret. */
  readonly userKey: string;
  /** By the certificate's key, of `nodeProofText`; base64. */
  readonly signature: string;
}

export interface NodeToken {
  readonly token: string;
  /** Seconds since the epoch. */
  readonly expires: number;
}

const USER_KEY = /^U[A-Z2-7]{55}$/;

/**
 * Lets a node onto the bus under the name in its certificate, until the certificate ends. `asNode`: whose connection it came over, where it
 * came over a node's own. Throws 400, 401, and 409 where a node of this name lives and has another key.
 */
export async function nodeToken({ challenges, names, authorities, issue, now }: CredentialsOptions, request: unknown, asNode: string | undefined): Promise<NodeToken> {
  const { certificate, challenge, userKey, signature } = checked(request);
  if (!challenges.isFresh(challenge)) throw newUnauthorized('the challenge is not known, or too old');
  const { nodeName, key, fingerprint, expires } = nodeCertificate(certificate, authorities, now());
  if (!isSignedBy(key, nodeProofText(challenge, userKey), signature)) throw newUnauthorized('the signature is not by the key of the certificate');
  if (asNode !== undefined && asNode !== nodeName) throw newUnauthorized('the certificate is another node\'s');
  await names.take(nodeName, fingerprint);
  const seconds = Math.floor(expires / 1000);
  return { token: await issue(nodeName, userKey, seconds), expires: seconds };
}

function checked(request: unknown): CredentialsRequest {
  const { certificate, challenge, userKey, signature } = (request ?? {}) as Partial<Record<keyof CredentialsRequest, unknown>>;
  if (typeof certificate !== 'string' || typeof challenge !== 'string' || typeof userKey !== 'string' || typeof signature !== 'string') throw newBadRequest('certificate, challenge, userKey and signature must be texts');
  if (!USER_KEY.test(userKey)) throw newBadRequest('userKey is no public key of a user of the bus');
  return { certificate, challenge, userKey, signature };
}

function isSignedBy(key: KeyObject, text: Buffer, signature: string): boolean {
  try {
    return verify(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', text, key, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}
