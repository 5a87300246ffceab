import { duplicate, forbidden, invalid, noProblems, notSupported, path, required } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import { validateMetadata, validateMetadataUpdate } from '../../metadata-validation.js';
import { semanticEqual } from '../../semantic-equal.js';
import { certificateProblem, requestProblem } from './certificate.js';
import { APPROVALS, conditionsOf } from './conditions.js';
import type { RequestCondition } from './conditions.js';
import type { DefaultedCertificateSigningRequest } from './defaults.js';
import { validateSignerName } from './signer-name.js';

/** What a subresource alone may do. */
interface UpdateRights {
  readonly setsCertificate?: boolean;
  readonly decides?: boolean;
}

const metadataPath = path('metadata');
const specPath = path('spec');
const conditionsPath = path('status').child('conditions');
const certificatePath = path('status').child('certificate');

const LEAST_SECONDS = 600;
const USAGES = [
  'any', 'cert sign', 'client auth', 'code signing', 'content commitment', 'crl sign', 'data encipherment', 'decipher only', 'digital signature', 'email protection', 'encipher only',
  'ipsec end system', 'ipsec tunnel', 'ipsec user', 'key agreement', 'key encipherment', 'microsoft sgc', 'netscape sgc', 'ocsp signing', 's/mime', 'server auth', 'signing', 'timestamping',
];
const KEPT = [...APPROVALS, 'Failed'];

/** A request to be created. Its name may be anything that a path can have. */
export function validateCertificateSigningRequest(request: DefaultedCertificateSigningRequest): FieldError[] {
  const { metadata, spec, status } = request;
  const problem = requestProblem(spec.request);
  const certificate = certificateProblem(status.certificate ?? '');
  return [
    ...validateMetadata(metadata, false, () => noProblems, metadataPath),
    ...(problem === undefined ? [] : [invalid(specPath.child('request'), spec.request, problem)]),
    ...usageErrors(spec.usages ?? []),
    ...signerErrors(spec.signerName),
    ...(spec.expirationSeconds !== undefined && spec.expirationSeconds < LEAST_SECONDS ? [invalid(specPath.child('expirationSeconds'), spec.expirationSeconds, 'may not specify a duration less than 600 seconds (10 minutes)')] : []),
    ...conditionErrors(status.conditions ?? []),
    ...(certificate === undefined ? [] : [invalid(certificatePath, '<certificate data>', certificate)]),
  ];
}

/** An update: decisions and certificates are not taken back, and are made by those alone whose they are. */
export function validateCertificateSigningRequestUpdate(request: DefaultedCertificateSigningRequest, old: DefaultedCertificateSigningRequest, rights: UpdateRights): FieldError[] {
  return [
    ...validateCertificateSigningRequest(request),
    ...validateMetadataUpdate(request.metadata, old.metadata, metadataPath),
    ...KEPT.filter((type) => conditionsOf(request, type).length < conditionsOf(old, type).length).map((type) => forbidden(conditionsPath, `updates may not remove a condition of type "${type}"`)),
    ...(rights.decides === true ? [] : APPROVALS.flatMap((type) => decisionErrors(conditionsOf(request, type), conditionsOf(old, type), type))),
    ...certificateUpdateErrors(request.status.certificate ?? '', old.status.certificate ?? '', rights),
  ];
}

function usageErrors(usages: readonly string[]): FieldError[] {
  const at = specPath.child('usages');
  if (usages.length === 0) return [required(at, '')];
  return [
    ...usages.flatMap((usage, index) => (USAGES.includes(usage) ? [] : [notSupported(at.index(index), usage, USAGES)])),
    ...usages.flatMap((usage, index) => (usages.indexOf(usage) < index ? [duplicate(at.index(index), usage)] : [])),
  ];
}

function signerErrors(name: string): FieldError[] {
  const at = specPath.child('signerName');
  if (name === 'kubernetes.io/legacy-unknown') return [invalid(at, name, 'the legacy signerName is not allowed via this API version')];
  return validateSignerName(name, at);
}

function conditionErrors(conditions: readonly RequestCondition[]): FieldError[] {
  return conditions.flatMap(({ type, status }, index) => {
    const at = conditionsPath.index(index);
    const allowed = KEPT.includes(type) ? ['True'] : ['False', 'True', 'Unknown'];
    const earlier = conditions.slice(0, index);
    const opposite = type === 'Approved' ? 'Denied' : type === 'Denied' ? 'Approved' : undefined;
    return [
      ...(type ? [] : [required(at.child('type'), '')]),
      ...(!status ? [required(at.child('status'), '')] : allowed.includes(status) ? [] : [notSupported(at.child('status'), status, allowed)]),
      ...(earlier.some((condition) => condition.type === opposite) ? [invalid(at.child('type'), type, 'Approved and Denied conditions are mutually exclusive')] : []),
      ...(earlier.some((condition) => condition.type === type) ? [duplicate(at.child('type'), type)] : []),
    ];
  });
}

function decisionErrors(now: readonly RequestCondition[], before: readonly RequestCondition[], type: string): FieldError[] {
  if (now.length > before.length) return [forbidden(conditionsPath, `updates may not add a condition of type "${type}"`)];
  return now.length === before.length && !semanticEqual(now, before) ? [forbidden(conditionsPath, `updates may not modify a condition of type "${type}"`)] : [];
}

function certificateUpdateErrors(now: string, before: string, { setsCertificate }: UpdateRights): FieldError[] {
  if (now === before) return [];
  if (setsCertificate !== true) return [forbidden(certificatePath, 'updates may not set certificate content')];
  return before === '' ? [] : [forbidden(certificatePath, 'updates may not modify existing certificate content')];
}
