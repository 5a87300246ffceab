import { describe, expect, it } from 'vitest';
import { compactRules, missingRules, ruleText } from './covering.js';

const rule = (verbs: string, groups: string, resources: string, names?: string): Parameters<typeof missingRules>[0][number] => ({
  verbs: verbs.split(' '), apiGroups: groups.split(' ').map((group) => (group === 'core' ? '' : group)), resources: resources.split(' '), ...(names !== undefined && { resourceNames: names.split(' ') }),
});
const url = (verbs: string, urls: string): ReturnType<typeof rule> => ({ verbs: verbs.split(' '), nonResourceURLs: urls.split(' ') });

describe('what is held', () => {
  it.each([
    ['the same', [rule('get', 'core', 'pods')], rule('get', 'core', 'pods'), ''],
    ['more', [rule('*', '*', '*')], rule('get list', 'core apps', 'pods pods/log'), ''],
    ['a subresource of all', [rule('get', 'core', '*/status')], rule('get', 'core', 'pods/status'), ''],
    ['a part', [rule('get', 'core', 'pods')], rule('get list', 'core', 'pods'), '{APIGroups:[""], Resources:["pods"], Verbs:["list"]}'],
    ['another group', [rule('get', 'apps', 'pods')], rule('get', 'core', 'pods'), '{APIGroups:[""], Resources:["pods"], Verbs:["get"]}'],
    ['the resource, not its subresource', [rule('get', 'core', 'pods')], rule('get', 'core', 'pods/log'), '{APIGroups:[""], Resources:["pods/log"], Verbs:["get"]}'],
    ['one name of two', [rule('get', 'core', 'secrets', 'a')], rule('get', 'core', 'secrets', 'a b'), '{APIGroups:[""], Resources:["secrets"], ResourceNames:["b"], Verbs:["get"]}'],
    ['one name of all', [rule('get', 'core', 'secrets', 'a')], rule('get', 'core', 'secrets'), '{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}'],
    ['everything but the star', [rule('get list watch create update patch delete', 'core', 'pods')], rule('*', 'core', 'pods'), '{APIGroups:[""], Resources:["pods"], Verbs:["*"]}'],
    ['paths under a star', [url('get', '/a/*')], url('get', '/a/b /a/* /b'), '{NonResourceURLs:["/b"], Verbs:["get"]}'],
    ['resources, for paths', [rule('*', '*', '*')], url('get', '/x'), '{NonResourceURLs:["/x"], Verbs:["get"]}'],
    ['nothing', [], rule('get list', 'core', 'pods nodes'), '{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]} {APIGroups:[""], Resources:["nodes"], Verbs:["get" "list"]}'],
  ])('may be %s', (_what, held, wanted, missing) => {
    expect(compactRules(missingRules(held, [wanted])).map(ruleText).join(' ')).toBe(missing);
  });
});
