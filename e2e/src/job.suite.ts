import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { background, type Background } from './kit/background.js';
import { titled, type ClusterForm, type FormCluster } from './kit/form.js';
import { findKubectl, kubectlOf, type Kubectl } from './kit/kubectl.js';

const IMAGE = 'nginx:1';
const OTHER_IMAGE = 'nginx:1-alpine';
const SOON = { timeout: 20_000, interval: 500 };
/** What an engine must have, or the store of a machine without one. */
export const JOB_IMAGES = [IMAGE, OTHER_IMAGE, 'busybox:1.36'];

/** Everyday work on real containers, with the oldest and the newest kubectl unless told otherwise. `reason`: why it cannot be done here. */
export function describeJob(form: ClusterForm, reason: string | undefined, versions: readonly string[] = ['1.27', '1.33']): void {
  describe.skipIf(reason !== undefined)(titled('the job on real containers', form, reason), () => {
    let cluster: FormCluster;
    beforeAll(async () => {
      cluster = await form.cluster(`job-${process.pid}`);
      await cluster.up(1);
    });
    afterAll(async () => {
      await cluster?.dispose();
    });

    for (const version of versions) {
      const program = findKubectl(version);
      describe.skipIf(program === undefined)(`with kubectl ${version}${program === undefined ? ' (skipped: this machine has no such kubectl)' : ''}`, () => {
        let kubectl: Kubectl;
        const open: Background[] = [];
        beforeAll(async () => {
          kubectl = kubectlOf(program ?? '', version, cluster.kubeconfig);
          await kubectl('create', 'namespace', namespaceOf(version));
          await kubectl('config', 'set-context', '--current', `--namespace=${namespaceOf(version)}`);
        });
        afterAll(async () => {
          await Promise.all(open.map((program) => program.end()));
          await kubectl?.('delete', 'namespace', namespaceOf(version));
        });

        it('sees the node Ready', async () => {
          await kubectl('wait', '--for=condition=Ready', 'node', '--all', '--timeout=60s');
          expect(await kubectl('get', 'nodes')).toMatch(/^NAME +STATUS +ROLES +AGE +VERSION\nnode-1 +Ready /);
        });

        it('creates a deployment whose pods run, and watches them come', async () => {
          const watching = background(kubectl.program, ['get', 'pods', '-w'], kubectl.env);
          open.push(watching);
          expect(await kubectl('create', 'deployment', 'web', `--image=${IMAGE}`, '--replicas=2')).toBe('deployment.apps/web created\n');
          expect(await kubectl('rollout', 'status', 'deployment/web', '--timeout=120s')).toContain('deployment "web" successfully rolled out');
          await watching.until(/web-\S+ +1\/1 +Running/);
          expect(await kubectl('get', 'deployment', 'web')).toMatch(/^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +2\/2 +2 +2 /);
        });

        it('shows pods as a table, wide, and as YAML', async () => {
          expect(await kubectl('get', 'pods', '-l', 'app=web')).toMatch(/^NAME +READY +STATUS +RESTARTS +AGE\n(web-\S+ +1\/1 +Running +0 +\S+\n){2}$/);
          expect(await kubectl('get', 'pods', '-o', 'wide')).toMatch(/10\.244\.\d+\.\d+ +node-\d +<none> +<none>/);
          expect(await kubectl('get', 'deployment', 'web', '-o', 'yaml')).toContain('availableReplicas: 2');
          expect(await kubectl('get', 'all')).toMatch(/replicaset\.apps\/web-\S+ +2 +2 +2/);
        });

        it('describes the deployment, a pod and the node with their events', async () => {
          expect(await kubectl('describe', 'deployment', 'web')).toMatch(/ScalingReplicaSet +\S+ +deployment-controller +Scaled up replica set web-\S+ (from 0 )?to 2/);
          const description = await kubectl('describe', 'pod', '-l', 'app=web');
          for (const reason of ['Scheduled', 'Pulled', 'Created', 'Started']) expect(description).toContain(reason);
          expect(await kubectl('describe', 'node', 'node-1')).toContain('Non-terminated Pods');
          expect(await kubectl('events', '--for', 'deployment/web')).toContain('ScalingReplicaSet');
        });

        it('reads and follows logs', async () => {
          await kubectl('create', 'deployment', 'talk', '--image=busybox:1.36', '--', 'sh', '-c', 'i=0; while true; do i=$((i+1)); echo line $i; sleep 0.2; done');
          await kubectl('rollout', 'status', 'deployment/talk', '--timeout=60s');
          const following = background(kubectl.program, ['logs', '-f', 'deployment/talk'], kubectl.env);
          open.push(following);
          await following.until(/line 10\n/);
          expect(following.output()).toContain('line 1\n');
          expect(await kubectl('logs', 'deployment/talk', '--tail=1')).toMatch(/^line \d+\n$/);
          await kubectl('delete', 'deployment', 'talk');
        });

        it('scales up and down', async () => {
          await kubectl('scale', 'deployment/web', '--replicas=4');
          await kubectl('wait', '--for=jsonpath={.status.readyReplicas}=4', 'deployment/web', '--timeout=120s');
          await kubectl('scale', 'deployment/web', '--replicas=2');
          await kubectl('wait', '--for=jsonpath={.status.replicas}=2', 'deployment/web', '--timeout=60s');
        });

        it('rolls a new image out, and back', async () => {
          await kubectl('set', 'image', 'deployment/web', `nginx=${OTHER_IMAGE}`);
          await kubectl('rollout', 'status', 'deployment/web', '--timeout=120s');
          expect(await kubectl('get', 'pods', '-l', 'app=web', '--field-selector=status.phase=Running', '-o', 'jsonpath={.items[*].spec.containers[0].image}')).toContain(OTHER_IMAGE);
          expect(await kubectl('rollout', 'history', 'deployment/web')).toMatch(/1 +<none>\n2 +<none>/);
          await kubectl('rollout', 'undo', 'deployment/web');
          await kubectl('rollout', 'status', 'deployment/web', '--timeout=120s');
          expect(await kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.spec.template.spec.containers[0].image}')).toBe(IMAGE);
        });

        it('replaces a pod that is deleted', async () => {
          await kubectl('wait', '--for=jsonpath={.status.replicas}=2', 'deployment/web', '--timeout=60s');
          const before = (await kubectl('get', 'pods', '-l', 'app=web', '-o', 'name')).trim().split('\n');
          await kubectl('delete', before[0] ?? '');
          await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
          const after = (await kubectl('get', 'pods', '-l', 'app=web', '-o', 'name')).trim().split('\n');
          expect(after).toHaveLength(2);
          expect(after).not.toContain(before[0]);
        });

        it('restarts a container that exits, with back-off', async () => {
          await kubectl.input(crashing, 'apply', '-f', '-');
          await kubectl('wait', '--for=jsonpath={.status.containerStatuses[0].state.waiting.reason}=CrashLoopBackOff', 'pod/crash', '--timeout=120s');
          expect(await kubectl('get', 'pod', 'crash')).toMatch(/crash +0\/1 +CrashLoopBackOff +[1-9]/);
          expect(await kubectl('logs', 'crash', '--previous')).toBe('going down\n');
          await kubectl('delete', 'pod', 'crash', '--grace-period=0', '--force');
        });

        it('applies a manifest, changes it, and applies the change', async () => {
          expect(await kubectl.input(manifest(1, 'red'), 'apply', '-f', '-')).toContain('configmap/settings created');
          const second = await kubectl.input(manifest(2, 'blue'), 'apply', '-f', '-');
          expect(second).toContain('configmap/settings configured');
          expect(second).toContain('deployment.apps/applied configured');
          expect(await kubectl.input(manifest(2, 'blue'), 'apply', '-f', '-')).toContain('deployment.apps/applied unchanged');
          await kubectl('rollout', 'status', 'deployment/applied', '--timeout=60s');
          expect(await kubectl('get', 'configmap', 'settings', '-o', 'jsonpath={.data.colour}')).toBe('blue');
          await kubectl.input(manifest(2, 'blue'), 'delete', '-f', '-');
        });

        it('labels, annotates, and selects by label', async () => {
          await kubectl('label', 'deployment', 'web', 'tier=front');
          await kubectl('annotate', 'deployment', 'web', 'note=tried');
          expect(await kubectl('get', 'deployments', '-l', 'tier=front', '-o', 'name')).toBe('deployment.apps/web\n');
          expect(await kubectl('get', 'deployments', '-l', 'tier!=front', '-o', 'name')).toBe('');
          expect(await kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.metadata.annotations.note}')).toBe('tried');
        });

        it('lists what the API has', async () => {
          const resources = await kubectl('api-resources');
          for (const row of [/^deployments +deploy +apps\/v1 +true +Deployment/m, /^pods +po +v1 +true +Pod/m, /^nodes +no +v1 +false +Node/m]) expect(resources).toMatch(row);
          expect(await kubectl('version', '-o', 'json')).toContain('"minor": "36"');
        });

        it('is told what is wrong with a bad manifest, in words that name the field', async () => {
          const unknown = await kubectl.try(['apply', '-f', '-'], { input: manifest(1, 'red').replace('replicas:', 'replicaz:') });
          expect(unknown.code).toBe(1);
          expect(unknown.stderr).toContain('unknown field "spec.replicaz"');
          const invalid = await kubectl.try(['create', 'deployment', 'Bad_Name', `--image=${IMAGE}`]);
          expect(invalid.stderr).toMatch(/metadata\.name: Invalid value: "Bad_Name"/);
        });

        it('deletes the deployment, and its pods and containers go', async () => {
          expect(await kubectl('delete', 'deployment', 'web')).toContain('deployment.apps "web" deleted');
          await kubectl('wait', '--for=delete', 'pod', '-l', 'app=web', '--timeout=90s');
          expect(await kubectl('get', 'pods', '-l', 'app=web', '-o', 'name')).toBe('');
        });
      });
    }

    it('is deleted without a trace, pods that ignore their end included', async () => {
      const kubectl = kubectlOf(findKubectl('1.33') ?? findKubectl('1.27') ?? 'kubectl', 'any', cluster.kubeconfig);
      await kubectl('run', 'deaf', '--namespace=default', '--image=busybox:1.36', '--', 'sh', '-c', 'trap "" TERM; while true; do sleep 1; done');
      await kubectl('wait', '--namespace=default', '--for=condition=Ready', 'pod/deaf', '--timeout=60s');
      await cluster.delete();
      await vi.waitFor(async () => expect(await cluster.left()).toEqual([]), SOON);
    });
  });
}

function namespaceOf(version: string): string {
  return `with-${version.replace('.', '-')}`;
}

const crashing = `
apiVersion: v1
kind: Pod
metadata: {name: crash}
spec:
  containers:
  - name: c
    image: busybox:1.36
    command: [sh, -c, "echo going down; exit 3"]
`;

function manifest(replicas: number, colour: string): string {
  return `
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {colour: ${colour}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: applied, labels: {app: applied}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: applied}}
  template:
    metadata: {labels: {app: applied}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: main
        image: busybox:1.36
        command: [sleep, "3600"]
        env:
        - {name: COLOUR, valueFrom: {configMapKeyRef: {name: settings, key: colour}}}
`;
}
