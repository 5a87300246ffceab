import type { ComposeContainer, OwnContainer } from '@gantry/container-runtime/docker';
import { describe, expect, it } from 'vitest';
import { containerIdIn, enginePath, formerClaimant, identityOf } from './identity.js';

const ID = 'ab'.repeat(32);

function own(more: Partial<OwnContainer> = {}): OwnContainer {
  const labels = { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'node', 'com.docker.compose.container-number': '3', 'com.docker.compose.config-hash': 'h', 'com.docker.compose.image': 'i', mine: 'x' };
  return { id: ID, project: 'shop', service: 'node', number: 3, labels, addresses: { shop_default: '172.20.0.5' }, mounts: [], ...more };
}

describe('the container of this process', () => {
  it.each([
    ['is named by what the engine mounts into it', `36 35 0:30 / / rw - overlay overlay rw\n40 36 8:1 /var/lib/docker/containers/${ID}/hostname /etc/hostname rw - ext4 /dev/sda1 rw`, ID],
    ['also where the engine keeps its files elsewhere', `40 36 8:1 /data/containers/${ID}/resolv.conf /etc/resolv.conf rw - ext4 /dev/sda1 rw`, ID],
    ['is not named by a mount that a user chose', `40 36 8:1 /home/containers/${ID}/hosts /srv/hosts rw - ext4 /dev/sda1 rw`, undefined],
    ['is unknown outside of one', '22 1 8:1 / / rw - ext4 /dev/sda1 rw', undefined],
  ])('%s', (_, text, id) => {
    expect(containerIdIn(text)).toBe(id);
  });
});

describe('a node', () => {
  it('has the name of its number, an address, and pods that are the project’s and no service’s', () => {
    expect(identityOf(own())).toEqual({
      name: 'node-3',
      address: '172.20.0.5',
      cluster: 'compose.shop',
      podLabels: {
        'com.docker.compose.project': 'shop', 'com.docker.compose.config-hash': 'h', 'com.docker.compose.service': 'pod', 'com.docker.compose.container-number': '1', 'com.docker.compose.oneoff': 'False',
      },
    });
  });

  it('has the same address of several, whatever their order', () => {
    const addresses = { shop_other: '172.21.0.2', shop_default: '172.20.0.5', none: '' };
    expect(identityOf(own({ addresses })).address).toBe('172.20.0.5');
  });

  it('needs one', () => {
    expect(() => identityOf(own({ addresses: { host: '' } }))).toThrow('has no address');
  });
});

describe('a name', () => {
  const one = (more: Partial<ComposeContainer> = {}): ComposeContainer => ({ id: 'other', number: 3, running: true, created: 10, ...more });
  const self = one({ id: ID, created: 20 });
  it.each<[string, ComposeContainer[], string | undefined]>([
    ['is free where nobody else has it', [self, one({ number: 2 })], undefined],
    ['is that of a container that was there before', [one(), self], 'other'],
    ['is free again when that has ended', [one({ running: false }), self], undefined],
    ['is not given up for one that came later', [self, one({ created: 30 })], undefined],
    ['is one’s alone when both came at once', [one({ id: 'aa', created: 20 }), self], 'aa'],
  ])('%s', (_, all, id) => {
    expect(formerClaimant(own(), all)?.id).toBe(id);
  });
});

describe('a path', () => {
  const mounts = [{ source: '/volumes/kubelet/_data', destination: '/var/lib/kubelet' }, { source: '/elsewhere', destination: '/var/lib/kubelet/1/inner' }];
  it.each([
    ['in the volume is below the volume’s place', '/var/lib/kubelet/1/pods/x', '/volumes/kubelet/_data/1/pods/x'],
    ['may be the volume itself', '/var/lib/kubelet', '/volumes/kubelet/_data'],
    ['is in the innermost mount', '/var/lib/kubelet/1/inner/y', '/elsewhere/y'],
    ['that only begins like the volume is the machine’s', '/var/lib/kubelet2/x', '/var/lib/kubelet2/x'],
  ])('%s', (_, path, named) => {
    expect(enginePath(mounts, path)).toBe(named);
  });
});
