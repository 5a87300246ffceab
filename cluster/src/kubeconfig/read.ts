import { currentContext, parseKubeconfig, type KubeconfigEntry } from './document.js';

interface Content {
  readonly clusters?: { readonly cluster?: Record<string, string> }[];
  readonly users?: { readonly user?: Record<string, string> }[];
}

/** The entry of a kubeconfig that holds one cluster, as `gantry kubeconfig` prints it. */
export function readKubeconfigEntry(text: string, path: string): KubeconfigEntry {
  const document = parseKubeconfig(text, path);
  const { clusters, users } = document.toJS() as Content;
  const cluster = clusters?.[0]?.cluster ?? {};
  const user = users?.[0]?.user ?? {};
  const decode = (data: string | undefined): string => Buffer.from(data ?? '', 'base64').toString();
  return {
    name: currentContext(document),
    server: cluster['server'] ?? '',
    certificateAuthority: decode(cluster['certificate-authority-data']),
    clientCertificate: decode(user['client-certificate-data']),
    clientKey: decode(user['client-key-data']),
  };
}
