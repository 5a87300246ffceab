import { X509Certificate } from 'node:crypto';
import { parseCertificateRequest, pemBlock } from '@gantry/apimachinery';

/** What is wrong with `spec.request`; undefined: it is one, signed by its own key. */
export function requestProblem(base64: string): string | undefined {
  try {
    return parseCertificateRequest(Buffer.from(base64, 'base64')).signatureProblem();
  } catch (error) {
    return (error as Error).message;
  }
}

/** What is wrong with `status.certificate`, a chain in PEM. */
export function certificateProblem(base64: string): string | undefined {
  let text = Buffer.from(base64, 'base64').toString('latin1');
  if (text === '') return undefined;
  let count = 0;
  for (let block = pemBlock(text); block !== undefined; block = pemBlock(text)) {
    if (block.type !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(block.type)}`;
    if (block.hasHeaders) return 'no PEM block headers are permitted';
    if (block.bytes.length === 0) return 'found CERTIFICATE PEM block containing 0 certificates';
    if (!isCertificate(block.bytes)) return 'x509: malformed certificate';
    count += 1;
    text = block.rest;
  }
  return count === 0 ? 'must contain at least one CERTIFICATE PEM block' : undefined;
}

function isCertificate(der: Uint8Array): boolean {
  try {
    return new X509Certificate(der).raw.length === der.length;
  } catch {
    return false;
  }
}
