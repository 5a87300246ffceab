import { readFile } from 'node:fs/promises';
import { createClient, createHttpsTransport, type Client } from '@gantry/client';
import { parse } from 'yaml';

interface Kubeconfig {
  readonly clusters: { readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string } }[];
  readonly users: { readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string } }[];
}

/** A client over HTTPS from a kubeconfig with one cluster in it. */
export async function adminClient(kubeconfig: string): Promise<Client> {
  const content = parse(await readFile(kubeconfig, 'utf8')) as Kubeconfig;
  const cluster = content.clusters[0]?.cluster;
  const user = content.users[0]?.user;
  if (cluster === undefined || user === undefined) throw new Error(`${kubeconfig} has no cluster or no user`);
  const pem = (text: string): string => Buffer.from(text, 'base64').toString();
  return createClient(
    createHttpsTransport({ server: cluster.server, ca: pem(cluster['certificate-authority-data']), cert: pem(user['client-certificate-data']), key: pem(user['client-key-data']) }),
  );
}
