import type { ResourceObject } from '@gantry/resources';
import { describe, expect, it } from 'vitest';
import { CacheEvent } from './cache-event.js';
import { CachedObject } from './cached-object.js';
import type { StoredForm } from './cached-object.js';
import { FormsBudget } from './forms-budget.js';

let decoded = 0;
function form(limitBytes = 1e6): StoredForm {
  return {
    schemaHash: 'now',
    decode: (value) => {
      decoded++;
      return JSON.parse(Buffer.from(value).toString()) as ResourceObject;
    },
    defaults: (object) => void (object['spec'] ??= { added: true }),
    budget: new FormsBudget(limitBytes),
  };
}

const text = '{"kind":"K","apiVersion":"v1","metadata":{"name":"x","labels":{"a":"b"}}}';
const cached = (of: StoredForm, revision = 7, schemaHash = 'now', value = text): CachedObject => new CachedObject(of, 'g/r/n/x', revision, { value: Buffer.from(value), spliceOffset: value.indexOf('"metadata":{') + 12, schemaHash });

describe('a cached object', () => {
  it('serves the stored bytes with its revision, without parsing them', () => {
    decoded = 0;
    expect(JSON.parse(Buffer.from(cached(form()).json).toString())).toEqual({ kind: 'K', apiVersion: 'v1', metadata: { resourceVersion: '7', name: 'x', labels: { a: 'b' } } });
    expect(decoded).toBe(0);
  });

  it('shares its object with whoever reads the same bytes, and the JSON is not kept', () => {
    const shared = form();
    const { form: same, key, revision, stored } = cached(shared);
    const [first, second] = [1, 2].map(() => new CachedObject(same, key, revision, stored)) as [CachedObject, CachedObject];
    void first.json;
    expect(shared.budget.bytes).toBe(0);
    expect(first.object).toBe(second.object);
    expect(first.at(9).object.metadata.resourceVersion).toBe('9');
    expect(first.object.metadata.resourceVersion).toBe('7');
  });

  it('decodes, defaults and encodes what another schema wrote', () => {
    const object = cached(form(), 7, 'before');
    expect(JSON.parse(Buffer.from(object.json).toString())).toMatchObject({ metadata: { resourceVersion: '7' }, spec: { added: true } });
  });

  it('is parsed once, and each representation made once, until the budget forgets them', () => {
    decoded = 0;
    const shared = form(text.length);
    const first = cached(shared, 7, 'before');
    let made = 0;
    const make = (): Uint8Array => Buffer.from(String(++made));
    expect([first.object === first.object, first.derived('d', make), first.derived('d', make), made, decoded]).toEqual([true, Buffer.from('1'), Buffer.from('1'), 1, 1]);
    void cached(shared, 7, 'before').object;
    expect([Buffer.from(first.derived('d', make)).toString(), first.object.metadata.name, decoded]).toEqual(['2', 'x', 3]);
    expect(shared.budget.bytes).toBe(text.length);
  });
});

describe('an event behind a selector', () => {
  const all = form();
  const labelled = (value: string, revision: number): CachedObject => cached(all, revision, 'now', text.replace('"b"', `"${value}"`));
  const selects = ({ object }: CachedObject): boolean => object.metadata.labels?.['a'] === 'b';

  it.each([
    ['an object that comes to be inside is added', new CacheEvent('ADDED', labelled('b', 2), undefined), 'ADDED b 2'],
    ['one that comes to be outside is nothing', new CacheEvent('ADDED', labelled('c', 2), undefined), undefined],
    ['a change inside is a change', new CacheEvent('MODIFIED', labelled('b', 2), labelled('b', 1)), 'MODIFIED b 2'],
    ['one that enters is added', new CacheEvent('MODIFIED', labelled('b', 2), labelled('c', 1)), 'ADDED b 2'],
    ['one that leaves is deleted, as it was last seen, at the revision at which it left', new CacheEvent('MODIFIED', labelled('c', 2), labelled('b', 1)), 'DELETED b 2'],
    ['a change outside is nothing', new CacheEvent('MODIFIED', labelled('c', 2), labelled('c', 1)), undefined],
    ['a deletion inside is one', new CacheEvent('DELETED', labelled('b', 2), labelled('b', 1)), 'DELETED b 2'],
    ['a deletion outside is nothing', new CacheEvent('DELETED', labelled('c', 2), labelled('c', 1)), undefined],
  ])('%s', (_what, event, told) => {
    const notice = event.noticeFor(selects);
    expect(notice && `${notice.type} ${notice.object.object.metadata.labels!['a']!} ${String(notice.object.revision)}`).toBe(told);
  });

  it('is framed once for all who see the same of it', () => {
    const event = new CacheEvent('ADDED', labelled('b', 2), undefined);
    let made = 0;
    const make = (): Uint8Array => Buffer.from(String(++made));
    expect(event.frame(event, 'json', make)).toBe(event.frame({ type: 'ADDED', object: event.object }, 'json', make));
    event.frame(event, 'table', make);
    expect(made).toBe(2);
  });
});
