import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { lstatSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { defaultKubeconfig, mergeKubeconfig, standaloneKubeconfig, unmergeKubeconfig } from './merge.js';
import { readKubeconfigEntry } from './read.js';

const ENTRY = { name: 'dev', server: 'https://127.0.0.1:6443', certificateAuthority: 'CA', clientCertificate: 'CERT', clientKey: 'KEY' };
const OTHERS = `# mine
apiVersion: v1
kind: Config
current-context: work
clusters:
- name: work
  cluster: {server: https://work.example}
contexts:
- name: work
  context: {cluster: work, user: me}
users:
- name: me
  user: {token: t}
`;

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-kubeconfig-'));
  path = join(folder, 'config');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (): { 'current-context': string; clusters: { name: string }[]; users: unknown[]; contexts: unknown[] } => parse(readFileSync(path, 'utf8'));

describe('the kubeconfig', () => {
  it("keeps what others wrote, comments included, and makes the cluster's context the current one", async () => {
    writeFileSync(path, OTHERS);
    const merged = await mergeKubeconfig(path, ENTRY, undefined);
    expect(merged.formerContext).toBe('work');
    expect(read()['current-context']).toBe('dev');
    expect(read().clusters.map((cluster) => cluster.name)).toEqual(['work', 'dev']);
    expect(readFileSync(path, 'utf8')).toContain('# mine');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('has one entry after two merges, and still knows the former context', async () => {
    writeFileSync(path, OTHERS);
    const first = await mergeKubeconfig(path, ENTRY, undefined);
    const second = await mergeKubeconfig(path, { ...ENTRY, server: 'https://127.0.0.1:7000' }, first);
    expect(second.formerContext).toBe('work');
    expect(read().clusters).toHaveLength(2);
  });

  it('is as it was after the removal', async () => {
    writeFileSync(path, OTHERS);
    await unmergeKubeconfig(await mergeKubeconfig(path, ENTRY, undefined), 'dev');
    expect(read()).toEqual(parse(OTHERS));
  });

  it('keeps a current context that the user has chosen since', async () => {
    writeFileSync(path, OTHERS);
    const merged = await mergeKubeconfig(path, ENTRY, undefined);
    writeFileSync(path, readFileSync(path, 'utf8').replace('current-context: dev', 'current-context: work2'));
    await unmergeKubeconfig(merged, 'dev');
    expect(read()['current-context']).toBe('work2');
  });

  it('is not touched when it is not a kubeconfig', async () => {
    writeFileSync(path, 'just: [text');
    await expect(mergeKubeconfig(path, ENTRY, undefined)).rejects.toThrow('is not a kubeconfig, so nothing was written to it');
    expect(readFileSync(path, 'utf8')).toBe('just: [text');
  });

  it('stays a symbolic link when it was one', async () => {
    const real = join(folder, 'real');
    writeFileSync(real, OTHERS);
    symlinkSync(real, path);
    await mergeKubeconfig(path, ENTRY, undefined);
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(readFileSync(real, 'utf8')).toContain('name: dev');
  });

  it('of one cluster alone reads back as the entry that it was written from', () => {
    expect(readKubeconfigEntry(standaloneKubeconfig(ENTRY), 'memory')).toEqual(ENTRY);
  });

  it("is KUBECONFIG's first file where that is set", () => {
    expect(defaultKubeconfig({ KUBECONFIG: ':/a:/b' })).toBe('/a');
  });
});
