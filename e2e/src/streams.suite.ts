import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { background, type Background } from './kit/background.js';
import { dialogue, type Dialogue } from './kit/dialogue.js';
import { titled, type ClusterForm, type FormCluster } from './kit/form.js';
import { freePort } from './kit/free-port.js';
import { findKubectl, kubectlOf, type Kubectl } from './kit/kubectl.js';

const IMAGE = 'nginx:1';
const SHELL_IMAGE = 'busybox:1.36';
/** What the engine must have. */
export const STREAM_IMAGES = [IMAGE, SHELL_IMAGE];

/** What each kubectl speaks for what, where the server lets it choose. */
const CLIENTS = [
  { version: '1.27', command: 'spdy', forward: 'spdy' },
  { version: '1.30', command: 'websocket', forward: 'spdy' },
  { version: '1.33', command: 'websocket', forward: 'websocket-tunnel' },
] as const;

const PODS = `
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  terminationGracePeriodSeconds: 1
  containers: [{name: web, image: ${IMAGE}, ports: [{containerPort: 80}]}]
---
apiVersion: v1
kind: Pod
metadata: {name: shell}
spec:
  terminationGracePeriodSeconds: 1
  containers:
  - {name: shell, image: ${SHELL_IMAGE}, command: [sh, -c, 'trap exit TERM; i=0; while :; do i=$((i+1)); echo line $i; sleep 0.2 & wait; done']}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 8000, targetPort: 80}]}
`;

/** Everything that streams, with the oldest and the newest kubectl, on real containers. `reason`: why it cannot be done here. */
export function describeStreams(form: ClusterForm, reason: string | undefined): void {
  describe.skipIf(reason !== undefined)(titled('streams', form, reason), () => {
    let cluster: FormCluster;
    let folder: string;
    beforeAll(async () => {
      cluster = await form.cluster(`streams-${process.pid}`);
      folder = await mkdtemp(join(tmpdir(), 'gantry-streams-'));
      await cluster.up(1);
    });
    afterAll(async () => {
      await rm(folder, { recursive: true, force: true });
      await cluster?.dispose();
    });

    for (const { version, command, forward } of CLIENTS) {
      const program = findKubectl(version);
      describe.skipIf(program === undefined)(`with kubectl ${version}${program === undefined ? ' (skipped: this machine has no such kubectl)' : ''}`, () => {
        const namespace = `streams-${version.replace('.', '-')}`;
        let kubectl: Kubectl;
        const open: Background[] = [];
        const dialogues: Dialogue[] = [];
        beforeAll(async () => {
          kubectl = kubectlOf(program ?? '', version, cluster.kubeconfig);
          await kubectl('create', 'namespace', namespace);
          await kubectl('config', 'set-context', '--current', `--namespace=${namespace}`);
          await vi.waitFor(() => kubectl('get', 'serviceaccount', 'default'), { timeout: 20_000, interval: 100 });
          await kubectl.input(PODS, 'apply', '-f', '-');
          await kubectl('wait', '--for=condition=Ready', 'pod', '--all', '--timeout=60s');
        });
        afterAll(async () => {
          for (const one of dialogues) one.kill();
          await Promise.all(open.map((one) => one.end()));
          await kubectl?.('delete', 'namespace', namespace);
        });

        function onTerminal(...args: string[]): Dialogue {
          const made = dialogue(kubectl.program, args, kubectl.env, { rows: 33, columns: 99 });
          dialogues.push(made);
          return made;
        }

        function started(...args: string[]): Background {
          const made = background(kubectl.program, args, kubectl.env);
          open.push(made);
          return made;
        }

        it('runs commands: output, errors, exit codes, input to its end', async () => {
          const before = await sessions(kubectl, 'exec', command);
          expect(await kubectl('exec', 'shell', '--', 'echo', 'hi')).toBe('hi\n');
          expect(await kubectl.try(['exec', 'shell', '--', 'sh', '-c', 'echo no >&2; exit 3'])).toEqual({ code: 3, stdout: '', stderr: 'no\ncommand terminated with exit code 3\n' });
          expect(await kubectl.input('a\nb\n', 'exec', '-i', 'shell', '--', 'wc', '-l')).toBe('2\n');
          // An engine has exit codes of its own for what cannot run.
          expect((await kubectl.try(['exec', 'shell', '--', 'nothing-such'])).code).toBe(form.runtime === 'docker' ? 126 : 1);
          expect((await kubectl.try(['exec', 'shell', '-c', 'other', '--', 'ls'])).stderr).toContain('container other is not valid for pod shell');
          if (form.title === '') expect(await sessions(kubectl, 'exec', command)).toBe(before + 4);
        });

        it('gives a shell a terminal of the right size', async () => {
          const shell = onTerminal('exec', '-it', 'shell', '--', 'sh');
          await shell.until(/# /);
          shell.type('stty size');
          await shell.until(/33 99/);
          shell.type('exit 4');
          expect(await shell.code).toBe(4);
        });

        it('ends a command whose client is gone', async () => {
          const sleeping = started('exec', 'shell', '--', 'sh', '-c', 'echo here; sleep 4242 | cat');
          await sleeping.until(/here/);
          expect(await kubectl('exec', 'shell', '--', 'ps')).toContain('sleep 4242');
          await sleeping.end();
          await vi.waitFor(async () => expect(await kubectl('exec', 'shell', '--', 'ps')).not.toContain('sleep 4242'), { timeout: 30_000, interval: 500 });
        });

        it('copies 64 MiB there and back', async () => {
          const bytes = randomBytes(64 * 1024 * 1024);
          const [there, back] = [join(folder, 'there'), join(folder, 'back')];
          await writeFile(there, bytes);
          await kubectl('cp', there, 'shell:/tmp/copied');
          expect(await kubectl('exec', 'shell', '--', 'sha256sum', '/tmp/copied')).toContain(digest(bytes));
          await kubectl('cp', 'shell:/tmp/copied', back);
          expect(digest(await readFile(back))).toBe(digest(bytes));
          await kubectl('exec', 'shell', '--', 'rm', '/tmp/copied');
        });

        it('forwards ports: many connections at once, and says when nobody listens', async () => {
          const before = await sessions(kubectl, 'portforward', forward);
          const [web, nobody] = [await freePort(), await freePort()];
          const forwarding = started('port-forward', 'service/web', `${web}:8000`);
          await forwarding.until(/Forwarding from 127/);
          const answers = await Promise.all(Array.from({ length: 16 }, () => fetch(`http://127.0.0.1:${web}/`, { headers: { connection: 'close' } }).then((answer) => answer.text())));
          expect(answers.filter((text) => text.includes('nginx')).length).toBe(16);
          const refused = kubectl.try(['port-forward', 'pod/web', `${nobody}:81`]);
          await vi.waitFor(() => expect(fetch(`http://127.0.0.1:${nobody}/`)).rejects.toMatchObject({ cause: { code: expect.not.stringMatching('ECONNREFUSED') as string } }), { timeout: 20_000, interval: 100 });
          expect((await refused).stderr).toMatch(/an error occurred forwarding \d+ -> 81: error forwarding port 81 to pod \S+, uid \S*: .*connect: connection refused/);
          if (form.title === '') expect(await sessions(kubectl, 'portforward', forward)).toBe(before + 2);
        });

        it('shows logs: tails, from the start, and followed until the pod is gone', async () => {
          expect(await kubectl('logs', 'shell', '--limit-bytes=6')).toBe('line 1');
          expect((await kubectl('logs', 'shell', '--tail=2')).trim().split('\n').length).toBe(2);
          expect(await kubectl('logs', 'shell', '--timestamps', '--tail=1')).toMatch(/^\d{4}-\d\d-\d\dT\S+Z line \d+\n$/);
          expect((await kubectl.try(['logs', 'shell', '--previous'])).stderr).toContain('previous terminated container "shell" in pod "shell" not found');
          await kubectl('run', 'passing', `--image=${SHELL_IMAGE}`, '--restart=Never', '--', 'sh', '-c', 'trap "echo end; exit" TERM; echo begun; while :; do sleep 1 & wait; done');
          await kubectl('wait', '--for=condition=Ready', 'pod/passing', '--timeout=60s');
          const following = started('logs', '-f', 'passing');
          await following.until(/begun/);
          await kubectl('delete', 'pod', 'passing', '--grace-period=5');
          await following.until(/end/);
          await following.end();
        });

        it('attaches to what runs, and runs what is removed when it ends', async () => {
          const attached = started('attach', 'shell');
          await attached.until(/line \d+/);
          await attached.end();
          expect((await kubectl.try(['run', 'once', '-i', '--rm', '--restart=Never', `--image=${SHELL_IMAGE}`, '--', 'sh'], { input: 'echo hello; exit 5\n' }))).toMatchObject({ code: 5, stdout: expect.stringContaining('hello\n') as string });
          const shell = onTerminal('run', 'again', '-it', '--rm', '--restart=Never', `--image=${SHELL_IMAGE}`, '--', 'sh');
          await shell.until(/# /);
          shell.type('stty size');
          await shell.until(/33 99/);
          shell.type('exit 3');
          expect(await shell.code).toBe(3);
        });

        it('reaches pods and services by proxy', async () => {
          const at = (path: string): Promise<string> => kubectl('get', '--raw', `/api/v1/namespaces/${namespace}/${path}`);
          for (const path of ['pods/web/proxy/', 'pods/http:web:80/proxy/', 'services/web/proxy/', 'services/http:web:8000/proxy/']) expect(await at(path)).toContain('nginx');
          await expect(at('pods/web:81/proxy/')).rejects.toThrow(/error trying to reach service: dial tcp \S+:81: connect: connection refused/);
          await expect(at('services/web:81/proxy/')).rejects.toThrow('no service port 81 found for service "web"');
        });
      });
    }
  });
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Sessions of a kind that began at the server that answers. */
async function sessions(kubectl: Kubectl, subresource: string, transport: string): Promise<number> {
  const lines = (await kubectl('get', '--raw', '/metrics')).split('\n');
  const counted = lines.filter((line) => line.startsWith(`gantry_stream_sessions_total{subresource="${subresource}",transport="${transport}"`));
  return counted.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
