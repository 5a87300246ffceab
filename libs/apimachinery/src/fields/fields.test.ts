import { describe, expect, it, test } from 'vitest';
import * as fields from '../index.js';

test('a path is written as upstream writes it', () => {
  const at = fields.path('spec').child('containers').index(0).child('resources').key('cpu');
  expect(String(at)).toBe('spec.containers[0].resources[cpu]');
});

const at = fields.path('f');
const builders: [sentence: string, error: fields.FieldError, type: string, message: string][] = [
  ['strings are quoted', fields.invalid(at, 'a"b', 'no'), 'FieldValueInvalid', 'Invalid value: "a\\"b": no'],
  ['numbers are plain', fields.invalid(at, -1, 'no'), 'FieldValueInvalid', 'Invalid value: -1: no'],
  ['nothing is null', fields.invalid(at, undefined, 'no'), 'FieldValueInvalid', 'Invalid value: null: no'],
  ['objects are JSON as Go writes it', fields.invalid(at, { a: '<b>' }, 'no'), 'FieldValueInvalid', 'Invalid value: {"a":"\\u003cb\\u003e"}: no'],
  ['required has no value', fields.required(at), 'FieldValueRequired', 'Required value'],
  ['required may have a detail', fields.required(at, 'why'), 'FieldValueRequired', 'Required value: why'],
  ['forbidden has no value', fields.forbidden(at, 'why'), 'FieldValueForbidden', 'Forbidden: why'],
  ['supported values are listed', fields.notSupported(at, 'x', ['A', 'B']), 'FieldValueNotSupported', 'Unsupported value: "x": supported values: "A", "B"'],
  ['a duplicate shows its value', fields.duplicate(at, 'x'), 'FieldValueDuplicate', 'Duplicate value: "x"'],
  ['a reference to nothing', fields.notFound(at, 'x'), 'FieldValueNotFound', 'Not found: "x"'],
  ['too long hides the value', fields.tooLong(at, 10), 'FieldValueTooLong', 'Too long: may not be more than 10 bytes'],
  ['too many counts', fields.tooMany(at, 3, 1), 'FieldValueTooMany', 'Too many: 3: must have at most 1 item'],
];

test.each(builders)('%s', (_sentence, error, type, message) => {
  expect(error).toEqual({ type, field: 'f', message });
});

const dnsLabelRule =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const dnsSubdomainRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

const formats: [sentence: string, problems: readonly string[], expected: string[]][] = [
  ['a label', fields.isDNS1123Label('my-name'), []],
  ['a label in upper case', fields.isDNS1123Label('My'), [dnsLabelRule]],
  ['a label with a dot', fields.isDNS1123Label('a.b'), ['must not contain dots']],
  ['a label that is too long', fields.isDNS1123Label('a'.repeat(64)), ['must be no more than 63 characters']],
  ['an empty label', fields.isDNS1123Label(''), [dnsLabelRule]],
  ['a subdomain', fields.isDNS1123Subdomain('a.b-c.d'), []],
  ['a subdomain with an underscore', fields.isDNS1123Subdomain('a_b'), [dnsSubdomainRule]],
  ['a 1035 label', fields.isDNS1035Label('a1'), []],
  ['a qualified name', fields.isQualifiedName('example.com/MyName'), []],
  ['a qualified name without its prefix', fields.isQualifiedName('/a'), ['prefix part must be non-empty']],
  ['a label value', fields.isLabelValue('v1.2_3'), []],
  ['an empty label value', fields.isLabelValue(''), []],
  [
    'a label value with a space',
    fields.isLabelValue('a b'),
    [
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    ],
  ],
  ['an environment variable name', fields.isEnvironmentVariableName('1 A.b'), []],
  ['an environment variable name with an equals sign', fields.isEnvironmentVariableName('A=B'), ["a valid environment variable name must consist only of printable ASCII characters other than '='"]],
  ['a key that leaves its directory', fields.isConfigMapKey('..a'), ["must not start with '..'"]],
  ['a port of 0', fields.isPortNumber(0), ['must be between 1 and 65535, inclusive']],
  ['a port name without a letter', fields.isPortName('80'), ['must contain at least one letter (a-z)']],
];

test.each(formats)('%s', (_sentence, problems, expected) => {
  expect(problems).toEqual(expected);
});

describe('object metadata', () => {
  const meta = fields.path('metadata');
  const good = { name: 'a', namespace: 'ns', labels: { app: 'x' }, annotations: { 'example.com/A': 'anything' } };
  const texts = (errors: fields.FieldError[]) => errors.map(fields.fieldErrorText);

  it('accepts a plain object', () => {
    expect(fields.validateObjectMeta(good, true, fields.nameIsDNSSubdomain, meta)).toEqual([]);
  });

  it('wants a name, and a namespace where there are any', () => {
    expect(texts(fields.validateObjectMeta({}, true, fields.nameIsDNSSubdomain, meta))).toEqual([
      'metadata.name: Required value: name or generateName is required',
      'metadata.namespace: Required value',
    ]);
    expect(texts(fields.validateObjectMeta(good, false, fields.nameIsDNSSubdomain, meta))).toEqual(['metadata.namespace: Forbidden: not allowed on this type']);
  });

  it('lets a generateName end with a dash', () => {
    expect(fields.validateObjectMeta({ ...good, generateName: 'a-b-' }, true, fields.nameIsDNSLabel, meta)).toEqual([]);
  });

  it('says what may not change', () => {
    const old = { ...good, uid: '1', resourceVersion: '5', generation: 2 };
    expect(fields.validateObjectMetaUpdate(old, old, meta)).toEqual([]);
    expect(texts(fields.validateObjectMetaUpdate({ ...old, uid: '2', generation: 1, resourceVersion: '' }, old, meta))).toEqual([
      'metadata.resourceVersion: Invalid value: "": must be specified for an update',
      'metadata.generation: Invalid value: 1: must not be decremented',
      'metadata.uid: Invalid value: "2": field is immutable',
    ]);
  });

  it('lets no finalizer in while the object is being deleted', () => {
    const old = { ...good, resourceVersion: '5', deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['example.com/a'] };
    const error = 'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/b"}';
    expect(texts(fields.validateObjectMetaUpdate({ ...old, finalizers: ['example.com/a', 'example.com/b'] }, old, meta))).toEqual([error]);
    expect(fields.validateObjectMetaUpdate({ ...old, finalizers: [] }, old, meta)).toEqual([]);
  });

  it('allows one controller among the owners', () => {
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'a', uid: '1', controller: true };
    const found = fields.validateObjectMeta({ ...good, ownerReferences: [owner, { ...owner, name: 'b' }] }, true, fields.nameIsDNSLabel, meta);
    expect(found[0]?.message).toContain('Only one reference can have Controller set to true. Found "true" in references for ReplicaSet/a and ReplicaSet/b');
  });
});

test('a label selector in object form explains its operators', () => {
  const selector = { matchExpressions: [{ key: 'a', operator: 'In' }, { key: 'b', operator: 'Exists', values: ['x'] }, { key: 'c', operator: 'Gt' }] };
  expect(fields.validateLabelSelector(selector, fields.path('s')).map(fields.fieldErrorText)).toEqual([
    "s.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
    "s.matchExpressions[1].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
    's.matchExpressions[2].operator: Invalid value: "Gt": not a valid selector operator',
  ]);
});
