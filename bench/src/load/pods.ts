export const PODS_PATH = '/api/v1/namespaces/default/pods';

/** A pod of about 2 KB as JSON that no scheduler takes: what the API does with it is the only work. */
export function podBody(name: string, labels: Readonly<Record<string, string>> = {}): Buffer {
  const environment = Array.from({ length: 18 }, (_, index) => ({ name: `VARIABLE_${index}`, value: `value-${index}-${'x'.repeat(24)}` }));
  return Buffer.from(
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, labels: { app: 'bench', 'app.kubernetes.io/name': 'bench', tier: 'load', ...labels }, annotations: { note: 'made by a benchmark, to be deleted with its cluster' } },
      spec: { schedulerName: 'nobody', containers: [{ name: 'main', image: 'registry.example/bench:1', env: environment, resources: { requests: { cpu: '10m', memory: '16Mi' } } }] },
    }),
  );
}
