import { describe, expect, it } from 'vitest';
import type { ResourceObject, Strategy } from '../../descriptor.js';
import { context, texts } from '../../fixtures.suite.js';
import { certificateSigningRequest as kind } from './kind.js';
import { CERTIFICATE, NODE_REQUEST } from './requests.suite.js';
import { certificateSigningRequestApprovalStrategy } from './strategy.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const approval = certificateSigningRequestApprovalStrategy as unknown as Strategy;
const approved = { type: 'Approved', status: 'True', reason: 'x' };
const denied = { type: 'Denied', status: 'True' };
const failed = { type: 'Failed', status: 'True' };

function make(spec: Record<string, unknown> = {}, status: Record<string, unknown> = {}): ResourceObject {
  const object = {
    apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name: 'r', uid: 'u', resourceVersion: '1' },
    spec: { request: base64(NODE_REQUEST), signerName: 'kubernetes.io/kube-apiserver-client-kubelet', usages: ['client auth', 'digital signature'], ...spec },
    status: structuredClone(status),
  } as ResourceObject;
  kind.defaults(object);
  return object;
}
const problems = (spec?: Record<string, unknown>, status?: Record<string, unknown>): string[] => texts(kind.strategy.validate(make(spec, status)));

describe('a certificate signing request', () => {
  it('is one that its own key has signed', () => {
    expect(problems()).toEqual([]);
  });

  it.each([
    ['spec.request: Invalid value: "eA==": PEM block type must be CERTIFICATE REQUEST', { request: 'eA==' }, {}],
    ['spec.usages: Required value', { usages: [] }, {}],
    ['spec.usages[1]: Duplicate value: "client auth"', { usages: ['client auth', 'client auth'] }, {}],
    [expect.stringMatching(/^spec\.usages\[0\]: Unsupported value: "x": supported values: "any", "cert sign", /), { usages: ['x'] }, {}],
    ['spec.signerName: Required value', { signerName: '' }, {}],
    ["spec.signerName: Invalid value: \"x\": must be a fully qualified domain and path of the form 'example.com/signer-name'", { signerName: 'x' }, {}],
    ["spec.signerName: Invalid value: \"a.b/c/d\": must be a fully qualified domain and path of the form 'example.com/signer-name'", { signerName: 'a.b/c/d' }, {}],
    ['spec.signerName: Invalid value: "a": should be a domain with at least two segments separated by dots', { signerName: 'a/b' }, {}],
    [expect.stringMatching(/^spec\.signerName: Invalid value: "A\.b": validating label "A": a lowercase RFC 1123 label must/), { signerName: 'A.b/c' }, {}],
    ['spec.signerName: Invalid value: "kubernetes.io/legacy-unknown": the legacy signerName is not allowed via this API version', { signerName: 'kubernetes.io/legacy-unknown' }, {}],
    ['spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 600 seconds (10 minutes)', { expirationSeconds: 599 }, {}],
    ['status.conditions[1].type: Invalid value: "Denied": Approved and Denied conditions are mutually exclusive', {}, { conditions: [approved, denied] }],
    ['status.conditions[1].type: Duplicate value: "Approved"', {}, { conditions: [approved, approved] }],
    ['status.conditions[0].status: Unsupported value: "False": supported values: "True"', {}, { conditions: [{ ...approved, status: 'False' }] }],
    ['status.conditions[0].type: Required value', {}, { conditions: [{ type: '', status: 'True' }] }],
    ['status.certificate: Invalid value: "<certificate data>": must contain at least one CERTIFICATE PEM block', {}, { certificate: base64('x') }],
    ['status.certificate: Invalid value: "<certificate data>": only CERTIFICATE PEM blocks are allowed, found "CERTIFICATE REQUEST"', {}, { certificate: base64(NODE_REQUEST) }],
    ['status.certificate: Invalid value: "<certificate data>": no PEM block headers are permitted', {}, { certificate: base64(CERTIFICATE.replace('-----\n', '-----\na: b\n\n')) }],
  ])('is refused: %s', (problem, spec, status) => {
    expect(problems(spec, status)).toEqual([problem]);
  });

  it('says who made it, whatever it claims itself', () => {
    const object = make({ username: 'system:admin', uid: 'forged', groups: ['system:masters'], extra: { a: ['b'] } }, { conditions: [approved], certificate: base64(CERTIFICATE) });
    kind.strategy.prepareForCreate(object, { ...context, userName: 'alice', userGroups: ['dev'] });
    expect(object['spec']).toMatchObject({ username: 'alice', groups: ['dev'] });
    expect(Object.keys(object['spec'] as object)).toEqual(expect.not.arrayContaining(['uid', 'extra']));
    expect(object['status']).toEqual({});
    kind.strategy.prepareForCreate(object, { ...context, userUid: '7', userExtra: { pod: ['p'] } });
    expect(object['spec']).toMatchObject({ username: 'tester', uid: '7', extra: { pod: ['p'] } });
  });
});

/** The problems of a change, and what it left of the status. */
function changed(strategy: Strategy, before: Record<string, unknown>, after: Record<string, unknown>): { problems: string[]; object: ResourceObject } {
  const object = make({ signerName: 'example.com/other' }, after);
  const old = make({}, before);
  strategy.prepareForUpdate(object, old, context);
  return { problems: texts(strategy.validateUpdate(object, old)), object };
}

describe('a change of a certificate signing request', () => {
  const certificate = base64(CERTIFICATE);

  it('itself leaves spec and status as they are', () => {
    const { problems: found, object } = changed(kind.strategy, {}, { conditions: [approved], certificate });
    expect([found, object['status'], (object['spec'] as { signerName: string }).signerName]).toEqual([[], {}, 'kubernetes.io/kube-apiserver-client-kubelet']);
  });

  it('under /approval decides, at the time of the server, and touches no certificate', () => {
    const { problems: found, object } = changed(approval, {}, { conditions: [approved], certificate });
    expect(found).toEqual([]);
    expect(object['status']).toEqual({ conditions: [{ ...approved, lastUpdateTime: context.now, lastTransitionTime: context.now }] });
  });

  it('under /status gives the certificate, and cannot touch what was decided', () => {
    const { problems: found, object } = changed(kind.statusStrategy!, { conditions: [approved] }, { conditions: [{ ...approved, reason: 'other' }], certificate });
    expect(found).toEqual([]);
    expect(object['status']).toMatchObject({ conditions: [{ type: 'Approved', reason: 'x' }], certificate });
  });

  it.each([
    ['updates may not remove a condition of type "Approved"', approval, { conditions: [approved] }, { conditions: [] }],
    ['updates may not remove a condition of type "Failed"', kind.statusStrategy!, { conditions: [failed] }, {}],
    ['updates may not add a condition of type "Denied"', kind.statusStrategy!, {}, { conditions: [denied] }],
  ])('is refused: %s', (message, strategy, before, after) => {
    expect(changed(strategy, before, after).problems).toEqual([`status.conditions: Forbidden: ${message}`]);
  });

  it('never gives another certificate for the first', () => {
    expect(changed(kind.statusStrategy!, { certificate }, { certificate: base64(CERTIFICATE + CERTIFICATE) }).problems).toEqual(['status.certificate: Forbidden: updates may not modify existing certificate content']);
  });
});

it.each([
  ['Pending', {}],
  ['Approved', { conditions: [approved] }],
  ['Approved,Issued', { conditions: [approved], certificate: 'x' }],
  ['Approved,Failed', { conditions: [approved, failed] }],
  ['Denied', { conditions: [denied] }],
])('is shown as %s', (shown, status) => {
  const object = make({ username: 'alice', expirationSeconds: 3600 }, status);
  expect(kind.columns.map(({ name }) => name)).toEqual(['Name', 'Age', 'SignerName', 'Requestor', 'RequestedDuration', 'Condition']);
  expect(kind.columns.map(({ cell }) => cell(object, 0))).toEqual(['r', '<unknown>', 'kubernetes.io/kube-apiserver-client-kubelet', 'alice', '60m', shown]);
});
