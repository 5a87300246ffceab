import { readFile } from 'node:fs/promises';
import { createClient, createHttpsTransport, type Client } from '@gantry/client';
import { readKubeconfigEntry } from '@gantry/cluster/lifecycle';

/** A client over HTTPS from a kubeconfig with one cluster in it. */
export async function adminClient(kubeconfig: string): Promise<Client> {
  const entry = readKubeconfigEntry(await readFile(kubeconfig, 'utf8'), kubeconfig);
  return createClient(createHttpsTransport({ server: entry.server, ca: entry.certificateAuthority, cert: entry.clientCertificate, key: entry.clientKey }));
}
