import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import * as selectors from '../index.js';

const labels = { app: 'web', tier: 'front', 'example.com/size': '5', empty: '' };

const matching: [sentence: string, selector: string, matches: boolean][] = [
  ['an empty selector takes everything', '', true],
  ['an equal value', 'app=web', true],
  ['two equals signs', 'app==web', true],
  ['another value', 'app=db', false],
  ['an absent label equals nothing', 'none=', false],
  ['an empty value is a value', 'empty=', true],
  ['not equal', 'app!=db', true],
  ['not equal to an absent label', 'none!=x', true],
  ['one of a set', 'app in (db, web)', true],
  ['none of a set', 'app notin (db, web)', false],
  ['an absent label is in no set', 'none notin (a)', true],
  ['a set with an empty place', 'empty in (,a)', true],
  ['a label that exists', 'example.com/size', true],
  ['a label that must not exist', '!none', true],
  ['greater than', 'example.com/size>4', true],
  ['less than', 'example.com/size<5', false],
  ['greater than of what is no number', 'app>4', false],
  ['all conditions must hold', 'app=web,tier=back', false],
  ['white space means nothing', ' app = web , tier in ( front ) ', true],
  ['in as a value', 'app notin (in,notin)', true],
];

test.each(matching)('%s: %s', (_sentence, text, expected) => {
  expect(selectors.parseLabelSelector(text).matches(labels)).toBe(expected);
});

const refused: [selector: string, message: string][] = [
  ['a=b=c', "found '=', expected: ',' or 'end of string'"],
  ['a in b', "unable to parse requirement: found 'b' expected: '('"],
  ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
  ['a in (', "unable to parse requirement: found '', expected: ',', ')' or identifier"],
  ['a,', "found '', expected: identifier after ','"],
  [',a', "found ',', expected: !, identifier, or 'end of string'"],
  ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
  ['a constructor b', "unable to parse requirement: found 'constructor', expected: in, notin, =, ==, !=, gt, lt"],
  ['a>x', "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer"],
  [
    'a=-',
    "unable to parse requirement: values[0][a]: Invalid value: \"-\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
  ],
];

test.each(refused)('%s is refused with what was expected', (text, message) => {
  expect(() => selectors.parseLabelSelector(text)).toThrowError(expect.objectContaining({ message, code: 400 }) as Error);
});

test('a key that is none is refused with the rule', () => {
  expect(() => selectors.parseLabelSelector('a$')).toThrow('unable to parse requirement: <nil>: Invalid value: "a$": name part must consist of');
});

describe('string form', () => {
  it('is in the order of the keys, with sorted values', () => {
    expect(String(selectors.parseLabelSelector('z,b notin (y,x),a==1,!c,d>3'))).toBe('a==1,b notin (x,y),!c,d>3,z');
  });

  it('means the same when it is parsed again', () => {
    const key = fc.constantFrom('a', 'b', 'example.com/c');
    const value = fc.constantFrom('', 'x', 'y1', 'in', '7');
    const requirement = fc.oneof(
      key,
      key.map((k) => `!${k}`),
      fc.tuple(key, fc.constantFrom('=', '==', '!='), value).map((parts) => parts.join('')),
      fc.tuple(key, fc.constantFrom('in', 'notin'), fc.array(value, { minLength: 1 })).map(([k, o, v]) => `${k} ${o} (${v.join(',')})`),
    );
    const set = fc.dictionary(key, value);
    fc.assert(
      fc.property(fc.array(requirement, { minLength: 1 }), set, (parts, some) => {
        const selector = selectors.parseLabelSelector(parts.join(','));
        const again = selectors.parseLabelSelector(String(selector));
        expect(String(again)).toBe(String(selector));
        expect(again.matches(some)).toBe(selector.matches(some));
      }),
    );
  });
});

describe('object form', () => {
  it('selects nothing when it is absent and everything when it is empty', () => {
    expect(selectors.selectorFromObject(undefined).matches(labels)).toBe(false);
    expect(selectors.selectorFromObject({}).matches(labels)).toBe(true);
  });

  it('joins labels and expressions', () => {
    const selector = selectors.selectorFromObject({
      matchLabels: { app: 'web' },
      matchExpressions: [{ key: 'tier', operator: 'In', values: ['front', 'back'] }, { key: 'old', operator: 'DoesNotExist' }],
    });
    expect(String(selector)).toBe('app=web,!old,tier in (back,front)');
    expect(selector.matches(labels)).toBe(true);
    expect(selector.exactValue('app')).toBe('web');
  });

  it('refuses an operator that does not exist', () => {
    expect(() => selectors.selectorFromObject({ matchExpressions: [{ key: 'a', operator: 'Gt' }] })).toThrow('"Gt" is not a valid label selector operator');
  });

  it('does not look into the prototype', () => {
    expect(selectors.parseLabelSelector('constructor').matches({})).toBe(false);
  });
});

describe('field selectors', () => {
  const readers = { 'metadata.name': (o: { name: string }) => o.name, 'status.phase': () => 'Running' };

  it.each([
    ['', true],
    ['metadata.name=a', true],
    ['metadata.name==a,status.phase!=Failed', true],
    ['metadata.name!=a', false],
    ['metadata.name=', false],
    ['=', true],
  ])('%s', (text, expected) => {
    expect(selectors.parseFieldSelector(text).compile(readers)({ name: 'a' })).toBe(expected);
  });

  it('refuses a field that cannot be selected', () => {
    expect(() => selectors.parseFieldSelector('spec.x=1').compile(readers)).toThrowError(expect.objectContaining({ message: 'field label not supported: spec.x', code: 400 }) as Error);
  });

  it.each([
    ['a', "invalid selector: 'a'; can't understand 'a'"],
    ['a=b=c', 'invalid field selector: unescaped character in value: 61'],
    ['a\\', "invalid selector: 'a\\'; can't understand 'a\\'"],
    ['a=\\b', 'invalid field selector: invalid escape sequence: \\b'],
  ])('refuses %s', (text, message) => {
    expect(() => selectors.parseFieldSelector(text)).toThrow(message);
  });

  it('escapes what has a meaning, and reads it back', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const selector = new selectors.FieldSelector([{ field: 'metadata.name', operator: '=', value }]);
        expect(selectors.parseFieldSelector(String(selector)).exactValue('metadata.name')).toBe(value);
      }),
    );
  });
});
