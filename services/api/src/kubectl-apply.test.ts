import { chmodSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KubectlRunner, kubectls } from './kubectl.suite.js';
import { startTestApi } from './test-api.suite.js';
import type { TestApi } from './test-api.suite.js';

let test: TestApi;
beforeAll(async () => void (test = await startTestApi()));
afterAll(() => test.stop());

const web = (replicas: number | undefined, image: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
${replicas === undefined ? '' : `  replicas: ${String(replicas)}\n`}  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: '${image}', ports: [{containerPort: 80}]}]}
`;
const settings = (data: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: ${data}\n`;

for (const { version, path } of kubectls(['1.27', '1.33'])) {
  describe.skipIf(path === undefined)(`kubectl ${version}${path === undefined ? ', which is not beside the kubectl on the PATH of this machine' : ''}`, () => {
    let kubectl: KubectlRunner;
    const managers = async (kind: string, name: string): Promise<string[]> => {
      const lines = await kubectl.run('get', kind, name, '--show-managed-fields', '-o', 'jsonpath={range .metadata.managedFields[*]}{.manager} {.operation} {.subresource}{"\\n"}{end}');
      return lines.split('\n').map((line) => line.trim()).filter((line) => line !== '').sort();
    };
    /** The program's own name is that of its user agent. */
    const agent = `kubectl.${version}`;
    beforeAll(async () => {
      kubectl = new KubectlRunner(path!, test.kubeconfig, `apply-${version.replace('.', '-')}`);
      await kubectl.run('create', 'namespace', kubectl.namespace);
    });

    it('applies on the server, is told of conflicts, and forces them', async () => {
      expect(await kubectl.withInput(web(2, 'nginx:1'), 'apply', '--server-side', '-f', '-')).toBe('deployment.apps/web serverside-applied\n');
      await kubectl.run('scale', 'deployment', 'web', '--replicas=5');
      expect(await managers('deployment', 'web')).toEqual(['kubectl Apply', `${agent} Update scale`]);
      const refused = kubectl.withInput(web(2, 'nginx:1'), 'apply', '--server-side', '-f', '-');
      await expect(refused).rejects.toThrow(`Apply failed with 1 conflict: conflict with "${agent}" with subresource "scale" using apps/v1: .spec.replicas\nPlease review the fields above`);
      expect(await kubectl.withInput(web(undefined, 'nginx:2'), 'apply', '--server-side', '-f', '-')).toBe('deployment.apps/web serverside-applied\n');
      expect(await kubectl.run('get', 'deployment', 'web', '-o', 'jsonpath={.spec.replicas} {.spec.template.spec.containers[*].image}')).toBe('5 nginx:2');
      await kubectl.withInput(web(3, 'nginx:2'), 'apply', '--server-side', '--force-conflicts', '-f', '-');
      expect(await managers('deployment', 'web')).toEqual(['kubectl Apply']);
    });

    it('has a manager of its own where it is given one', async () => {
      await kubectl.withInput(settings('{a: "1"}'), 'apply', '--server-side', '--field-manager=one', '-f', '-');
      await kubectl.withInput(settings('{b: "2"}'), 'apply', '--server-side', '--field-manager=two', '-f', '-');
      await expect(kubectl.withInput(settings('{a: "3"}'), 'apply', '--server-side', '--field-manager=two', '-f', '-')).rejects.toThrow('conflict with "one": .data.a');
      expect(await managers('configmap', 'settings')).toEqual(['one Apply', 'two Apply']);
      expect(await kubectl.run('get', 'configmap', 'settings', '-o', 'yaml')).not.toContain('managedFields');
    });

    it('shows what an apply on the server would change', async () => {
      await expect(kubectl.withInput(web(3, 'nginx:3'), 'diff', '--server-side', '-f', '-')).rejects.toThrow(/-\s+- image: nginx:2\n\+\s+- image: nginx:3/);
      expect(await kubectl.withInput(web(3, 'nginx:2'), 'diff', '--server-side', '-f', '-')).toBe('');
    });

    it('takes its own objects over from itself to the server', async () => {
      const moved = (data: string): string => settings(data).replace('settings', 'moved');
      expect(await kubectl.withInput(moved('{a: "1", b: "1"}'), 'apply', '-f', '-')).toBe('configmap/moved created\n');
      expect(await managers('configmap', 'moved')).toEqual(['kubectl-client-side-apply Update']);
      expect(await kubectl.withInput(moved('{a: "2"}'), 'apply', '--server-side', '-f', '-')).toBe('configmap/moved serverside-applied\n');
      expect(await kubectl.run('get', 'configmap', 'moved', '-o', 'jsonpath={.data}')).toBe('{"a":"2"}');
      expect(await managers('configmap', 'moved')).toEqual(['kubectl Apply', 'kubectl-last-applied Apply']);
    });

    it('replaces, edits and patches', async () => {
      await kubectl.withInput(settings('{c: "3"}'), 'replace', '-f', '-');
      expect(await managers('configmap', 'settings')).toEqual(['kubectl-replace Update']);
      const editor = `${test.kubeconfig}-editor`;
      writeFileSync(editor, '#!/bin/sh\nsed -i \'s/c: "3"/c: "4"/\' "$1"\n');
      chmodSync(editor, 0o755);
      const before = process.env['KUBE_EDITOR'];
      process.env['KUBE_EDITOR'] = editor;
      expect(await kubectl.run('edit', 'configmap', 'settings')).toBe('configmap/settings edited\n');
      if (before === undefined) delete process.env['KUBE_EDITOR'];
      else process.env['KUBE_EDITOR'] = before;
      expect(await managers('configmap', 'settings')).toEqual(['kubectl-edit Update']);
      expect(await kubectl.run('patch', 'configmap', 'settings', '--type=json', '-p', '[{"op":"replace","path":"/data/c","value":"5"}]')).toBe('configmap/settings patched\n');
      expect(await kubectl.run('patch', 'deployment', 'web', '--subresource=status', '--type=merge', '-p', '{"status":{"replicas":3}}')).toBe('deployment.apps/web patched\n');
      expect(await kubectl.run('patch', 'deployment', 'web', '--subresource=status', '--type=strategic', '-p', '{"status":{"conditions":[{"type":"Available","status":"True"}]}}')).toBe('deployment.apps/web patched\n');
      expect(await managers('deployment', 'web')).toEqual(['kubectl Apply', 'kubectl-patch Update status']);
    });

    it('tries on the server without writing', async () => {
      expect(await kubectl.run('create', 'configmap', 'tried', '--from-literal=a=1', '--dry-run=server')).toBe('configmap/tried created (server dry run)\n');
      await expect(kubectl.run('get', 'configmap', 'tried')).rejects.toThrow('NotFound');
      expect(await kubectl.run('delete', 'configmap', 'settings', '--dry-run=server')).toBe('configmap "settings" deleted (server dry run)\n');
      expect(await kubectl.run('get', 'configmap', 'settings', '-o', 'name')).toBe('configmap/settings\n');
    });
  });
}
