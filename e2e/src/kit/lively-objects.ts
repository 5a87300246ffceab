const ready = { exec: { command: ['true'] }, periodSeconds: 1 };
const ask = 'while :; do nslookup kubernetes.default.svc.cluster.local; nslookup nobody.default.svc.cluster.local; sleep 1; done';
const container = (script: string, more: object = {}) => ({ name: 'main', image: 'busybox:1.36', command: ['sh', '-c', script], ...more });
const pod = (name: string, spec: object) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { terminationGracePeriodSeconds: 0, ...spec } });
const labels = { app: 'asks' };
/** For dashboards to show something: one that works, one that ends again and again, one that fits nowhere. Its pods ask cluster DNS and are probed. */
export const LIVELY_OBJECTS = [
  { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'asks' }, spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, containers: [container(ask, { readinessProbe: ready })] } } } },
  { apiVersion: 'v1', kind: 'Service', metadata: { name: 'asks' }, spec: { selector: labels, ports: [{ port: 80 }] } },
  pod('fails', { containers: [container('exit 1')] }),
  pod('fits-nowhere', { nodeSelector: { 'example.com/none': 'such' }, containers: [container('sleep 600')] }),
];
