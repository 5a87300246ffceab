import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate request in PEM of a new key, made by openssl; `more` are further arguments of `openssl req`. */
export function opensslRequest(subject: string, more: readonly string[] = []): string {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-csr-'));
  try {
    const out = join(folder, 'request.pem');
    execFileSync('openssl', ['req', '-new', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-keyout', join(folder, 'key.pem'), '-subj', subject, '-out', out, ...more], { stdio: 'pipe' });
    return readFileSync(out, 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** For the tests of kinds, which need one that is always the same. */
export const NODE_REQUEST = `-----BEGIN CERTIFICATE REQUEST-----
MIHrMIGSAgEAMDAxFTATBgNVBAoMDHN5c3RlbTpub2RlczEXMBUGA1UEAwwOc3lz
dGVtOm5vZGU6bjEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASW/LMFIvZs4xUj
sQA8FxVJp5KIT6GdrC0fTANby5iisJ5yRDNXEWzDFv+EWLNzXpE6pAn4xAAeBn34
ZyL8KOXNoAAwCgYIKoZIzj0EAwIDSAAwRQIgBQmuAgXKR32+i+rOhDkj+f02dxtB
/N5XCTOK5BpTTjECIQDwZHZmHXb2d3dNVMKQyO43ogOyIQOZHujUH8rdkAQA2A==
-----END CERTIFICATE REQUEST-----
`;

/** A certificate, for `status.certificate`. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBdDCCARmgAwIBAgIUDUYnnN+6Q0Pei71AR6HB4OrFo6wwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAeFw0yNjExMjUwMTQ1MzhaFw0zNjExMjIwMTQ1Mzha
MA8xDTALBgNVBAMMBHRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQkWsbR
xOldNrR/w5sfsA8IoP0CFUacX6r2q2ADGMj0WrCb0txlzkzXCjBYBKgC+ikkrknh
a07XvfILJGhXC0+go1MwUTAdBgNVHQ4EFgQUOWQRFhW1NYfqq6xjX3rqK6JBPrUw
HwYDVR0jBBgwFoAUOWQRFhW1NYfqq6xjX3rqK6JBPrUwDwYDVR0TAQH/BAUwAwEB
/zAKBggqhkjOPQQDAgNJADBGAiEA+Ln+f7xt1nSs+dUk2emFDD80c1Z/WvMab9VI
Y2W6jn4CIQDywkIMelZO0v+aY+Pmyc//DasIY9Kf9TlUWuwWilBnyg==
-----END CERTIFICATE-----
`;
