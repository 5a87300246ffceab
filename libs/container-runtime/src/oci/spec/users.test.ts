import { describe, expect, test } from 'vitest';
import { resolveUser } from './users.js';
import type { WantedUser } from './users.js';

const files = {
  passwd: '# comment\nroot:x:0:0:root:/root:/bin/sh\nweb:x:1000:1001:web:/home/web:/bin/sh\nbroken\n4000:x:0:8::/:/bin/sh\nhuge:x:99999999999:1::/:/bin/sh\n',
  group: 'root:x:0:\nweb:x:1001:\nstaff:x:50:web,other\n50:x:0:\naudio:x:51:web\n',
};

describe('the user of a process', () => {
  test.each<[string, Partial<WantedUser>, [uid: number, gid: number, groups: number[]]]>([
    ['root where nobody says anything', {}, [0, 0, [0]]],
    ["the image's, by name, with its groups", { image: 'web' }, [1000, 1001, [1001, 50, 51]]],
    ["the image's, by number", { image: '1000' }, [1000, 1001, [1001, 50, 51]]],
    ["the image's with a group of its own, which replaces the others", { image: 'web:staff' }, [1000, 50, [50]]],
    ['numbers that no file has', { image: '1234:2345' }, [1234, 2345, [2345]]],
    ['a number without a group', { image: '1234' }, [1234, 0, [0]]],
    ["the pod's over the image's", { image: 'web:staff', runAsUser: 0 }, [0, 0, [0]]],
    ["the pod's group over all others", { image: 'web', runAsGroup: 7 }, [1000, 7, [7, 50, 51]]],
    ["the pod's name", { runAsUserName: 'web' }, [1000, 1001, [1001, 50, 51]]],
    ['supplemental groups beside those of the files, once each', { runAsUser: 1000, supplementalGroups: [9, 50, 1001] }, [1000, 1001, [1001, 50, 51, 9]]],
    ["the image's number, whoever is called so", { image: '4000:50' }, [4000, 50, [50]]],
    ["the pod's number, whoever is called so", { runAsUser: 4000 }, [4000, 0, [0]]],
  ])('is %s', (_, wanted, [uid, gid, additionalGids]) => {
    expect(resolveUser({ image: '', ...wanted }, files)).toEqual({ uid, gid, additionalGids });
  });

  test.each<[string, string]>([
    ['nobody', 'unable to find user nobody: no matching entries in passwd file'],
    ['web:wheel', 'unable to find group wheel: no matching entries in group file'],
    ['99999999999', 'unable to find user 99999999999: no matching entries in passwd file'],
  ])('%s is refused', (image, message) => {
    expect(() => resolveUser({ image }, files)).toThrow(message);
  });

  test('an image without users has root and numbers', () => {
    expect(resolveUser({ image: '', runAsUser: 5 }, { passwd: '', group: '' })).toEqual({ uid: 5, gid: 0, additionalGids: [0] });
  });
});
