/**
 * A client of Kubernetes as people write them in JavaScript: @kubernetes/client-node, unmodified, against the cluster of $KUBECONFIG.
 *
 *     node node-client.mjs NAMESPACE [POD]
 *
 * Prints one JSON object a check; exits 1 when one failed. POD is a running pod of busybox that listens on port 8080, for what needs a container.
 */
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { AppsV1Api, Attach, AuthorizationV1Api, CoreV1Api, Exec, Health, KubeConfig, KubernetesObjectApi, Log, makeInformer, Metrics, PatchStrategy, PortForward, setHeaderOptions, VersionApi, Watch } from '@kubernetes/client-node';

const [namespace, pod] = process.argv.slice(2);
const config = new KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(CoreV1Api);
const apps = config.makeApiClient(AppsV1Api);

const map = (name, data) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels: { client: 'node' } }, data });
const write = (line) => process.stdout.write(`${line}\n`);
const codeOf = (promise) => promise.then(() => 'done', (error) => error.code ?? error.message);

async function configuration() {
  const { gitVersion } = await config.makeApiClient(VersionApi).getCode();
  return { user: config.getCurrentUser().name, cluster: config.getCurrentCluster().name, isGantry: gitVersion.includes('gantry'), ready: await new Health(config).readyz({}) };
}

async function objects() {
  const created = await core.createNamespacedConfigMap({ namespace, body: map('one', { a: '1' }) });
  await core.replaceNamespacedConfigMap({ namespace, name: 'one', body: { ...created, data: { a: '2' } } });
  const stale = await codeOf(core.replaceNamespacedConfigMap({ namespace, name: 'one', body: created }));
  await core.createNamespacedConfigMap({ namespace, body: map('two', {}) });
  const first = await core.listNamespacedConfigMap({ namespace, labelSelector: 'client=node', limit: 1 });
  const rest = await core.listNamespacedConfigMap({ namespace, labelSelector: 'client=node', limit: 1, _continue: first.metadata._continue });
  const names = [...first.items, ...rest.items].map(({ metadata }) => metadata.name);
  await core.deleteCollectionNamespacedConfigMap({ namespace, labelSelector: 'client=node' });
  return { isDate: created.metadata.creationTimestamp instanceof Date, stale, names, missing: await codeOf(core.readNamespacedConfigMap({ namespace, name: 'one' })) };
}

async function patches() {
  const name = 'patched';
  await core.createNamespacedConfigMap({ namespace, body: map(name, { a: '1', gone: '1' }) });
  const patch = (body, type, more = {}) => core.patchNamespacedConfigMap({ namespace, name, body, ...more }, setHeaderOptions('Content-Type', type));
  await patch([{ op: 'remove', path: '/data/gone' }], PatchStrategy.JsonPatch);
  await patch({ data: { merged: '1' } }, PatchStrategy.MergePatch);
  await patch({ metadata: { labels: { strategic: 'yes' } } }, PatchStrategy.StrategicMergePatch);
  const applied = map(name, { a: 'applied' });
  const refused = await codeOf(patch(applied, PatchStrategy.ServerSideApply, { fieldManager: 'node-client' }));
  const { data, metadata } = await patch(applied, PatchStrategy.ServerSideApply, { fieldManager: 'node-client', force: true });
  await core.deleteNamespacedConfigMap({ namespace, name });
  return { refused, data, label: metadata.labels.strategic, managers: metadata.managedFields.map(({ manager, operation }) => `${manager} ${operation}`).sort() };
}

/** Of any kind, by discovery. */
async function anything() {
  const api = KubernetesObjectApi.makeApiClient(config);
  const labels = { app: 'generic' };
  const spec = { replicas: 0, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx:1' }] } } };
  await api.create({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'generic', namespace }, spec });
  const scale = await apps.readNamespacedDeploymentScale({ namespace, name: 'generic' });
  const read = await api.read({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'generic', namespace } });
  await api.delete(read);
  return { replicas: scale.spec?.replicas ?? 0, strategy: read.spec.strategy.type };
}

async function watches() {
  const seen = [];
  const { promise: three, resolve } = Promise.withResolvers();
  const ended = Promise.withResolvers();
  const controller = await new Watch(config).watch(`/api/v1/namespaces/${namespace}/configmaps`, { labelSelector: 'client=node' }, (phase, object) => {
    seen.push(`${phase} ${object.metadata.name}`);
    if (seen.length === 3) resolve();
  }, (error) => ended.resolve(error?.name ?? 'end'));
  await lifeOf('watched');
  await three;
  controller.abort();
  return { seen, ended: await ended.promise };
}

async function informers() {
  const list = () => core.listNamespacedConfigMap({ namespace, labelSelector: 'client=node' });
  await core.createNamespacedConfigMap({ namespace, body: map('before', {}) });
  const informer = makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, list, 'client=node');
  const seen = [];
  const { promise: all, resolve } = Promise.withResolvers();
  for (const verb of ['add', 'update', 'delete']) informer.on(verb, ({ metadata }) => void (seen.push(`${verb} ${metadata.name}`) === 4 && resolve()));
  informer.on('error', (error) => seen.push(`error ${error}`));
  await informer.start();
  await lifeOf('informed');
  await all;
  const found = { seen: [...seen], cached: informer.list().map(({ metadata }) => metadata.name) };
  await informer.stop();
  await core.deleteNamespacedConfigMap({ namespace, name: 'before' });
  return found;
}

async function lifeOf(name) {
  await core.createNamespacedConfigMap({ namespace, body: map(name, {}) });
  await core.patchNamespacedConfigMap({ namespace, name, body: { data: { a: '1' } } }, setHeaderOptions('Content-Type', PatchStrategy.MergePatch));
  await core.deleteNamespacedConfigMap({ namespace, name });
}

/** As a service account whose token was asked for. */
async function tokens() {
  const { status } = await core.createNamespacedServiceAccountToken({ namespace, name: 'default', body: { spec: { audiences: [], expirationSeconds: 600 } } });
  const own = new KubeConfig();
  own.loadFromClusterAndUser(config.getCurrentCluster(), { name: 'token', token: status.token });
  const review = await own.makeApiClient(AuthorizationV1Api).createSelfSubjectAccessReview({ body: { spec: { resourceAttributes: { verb: 'list', resource: 'secrets', namespace } } } });
  return { allowed: review.status.allowed, forbidden: await codeOf(own.makeApiClient(CoreV1Api).listNamespacedSecret({ namespace })), metrics: await codeOf(new Metrics(config).getNodeMetrics()) };
}

async function exec(command, input, tty = false) {
  const [out, errors] = [new PassThrough(), new PassThrough()];
  const { promise: status, resolve } = Promise.withResolvers();
  const socket = await new Exec(config).exec(namespace, pod, 'c', command, out, tty ? null : errors, input === undefined ? null : Readable.from([input]), tty, resolve);
  const { status: outcome, details } = await status;
  socket.close();
  out.end();
  errors.end();
  return { outcome, code: details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message, out: await text(out), errors: await text(errors) };
}

async function streams() {
  const ran = await exec(['sh', '-c', 'echo out; echo bad >&2; exit 7']);
  const echoed = await exec(['head', '-n', '1'], 'in\n');
  const log = new PassThrough();
  await new Log(config).log(namespace, pod, 'c', log, { follow: true, limitBytes: 5 });
  const line = await text(log);
  const attached = new PassThrough();
  const socket = await new Attach(config).attach(namespace, pod, 'c', attached, null, null, false);
  const [beat] = await once(attached, 'data');
  socket.close();
  return { ran, echoed: echoed.out, log: line, attached: String(beat).trim().split('\n')[0], forwarded: await forwarded() };
}

async function forwarded() {
  const [answer, request] = [new PassThrough(), new PassThrough()];
  const socket = await new PortForward(config).portForward(namespace, pod, [8080], answer, null, request);
  request.write('GET / HTTP/1.0\r\n\r\n');
  const [head] = await once(answer, 'data');
  socket.close();
  return String(head).split('\r\n')[0];
}

let failed = false;
for (const check of [configuration, objects, patches, anything, watches, informers, tokens, ...(pod === undefined ? [] : [streams])]) {
  try {
    write(JSON.stringify({ check: check.name, got: await check() }));
  } catch (error) {
    failed = true;
    write(JSON.stringify({ check: check.name, error: error.stack ?? String(error) }));
  }
}
process.exit(failed ? 1 : 0);
