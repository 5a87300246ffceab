import { describe, expect, it } from 'vitest';
import { authenticated } from '../http/authz/identity.js';
import { RequestContext } from '../http/request-context.js';
import { managerName } from './manager-name.js';

const named = (user: string, agent?: string, given = ''): string => {
  const identity = authenticated(user, []);
  const headers = agent === undefined ? {} : { 'user-agent': agent };
  return managerName(new RequestContext({ method: 'POST', path: '/', query: '', headers, body: undefined, identity }), identity, given);
};

describe('the manager of a write', () => {
  it.each([
    ['the field manager that is named', 'x', 'kubectl/v1', 'me', 'me'],
    ['the agent up to its slash', 'x', 'kubectl/v1.33 (linux/amd64)', '', 'kubectl'],
    ['an agent without letters that cannot be printed', 'x', 'a\u0001b/c', '', 'ab'],
    ['128 bytes of an agent', 'x', 'é'.repeat(100), '', 'é'.repeat(64)],
    ['nobody', 'x', undefined, '', 'unknown'],
    ['the controllers', 'system:kube-controller-manager', undefined, '', 'kube-controller-manager'],
    ['the scheduler', 'system:kube-scheduler', undefined, '', 'kube-scheduler'],
    ['the kubelet of a node', 'system:node:node-1', undefined, '', 'kubelet'],
  ])('is %s', (_title, user, agent, given, name) => {
    expect(named(user, agent, given)).toBe(name);
  });
});
