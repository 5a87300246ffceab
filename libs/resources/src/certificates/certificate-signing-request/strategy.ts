import type { StrategyContext } from '../../descriptor.js';
import type { TypedStrategy } from '../../define-kind.js';
import { APPROVALS, preserveConditions, stampConditions } from './conditions.js';
import type { DefaultedCertificateSigningRequest } from './defaults.js';
import { validateCertificateSigningRequest, validateCertificateSigningRequestUpdate } from './validation.js';

type Request = DefaultedCertificateSigningRequest;

/** How requests come to be and change: who asks is filled in, not believed, and nothing of a request changes but under its subresources. */
export const certificateSigningRequestStrategy: TypedStrategy<Request> = {
  prepareForCreate: (request, context) => {
    fillRequester(request, context);
    request.status = {};
  },
  validate: validateCertificateSigningRequest,
  prepareForUpdate: (request, old) => {
    request.spec = old.spec;
    request.status = old.status;
  },
  validateUpdate: (request, old) => validateCertificateSigningRequestUpdate(request, old, {}),
  resetFields: ['spec', 'status'],
  allowUnconditionalUpdate: true,
};

/** How `/status` changes: certificates and failures are a signer's, decisions are not. */
export const certificateSigningRequestStatusStrategy: TypedStrategy<Request> = {
  ...certificateSigningRequestStrategy,
  prepareForUpdate: (request, old, { now }) => {
    request.spec = old.spec;
    for (const type of APPROVALS) preserveConditions(request, old, type);
    stampConditions(request, old, now);
  },
  validateUpdate: (request, old) => validateCertificateSigningRequestUpdate(request, old, { setsCertificate: true }),
  resetFields: ['spec', 'status.conditions'],
};

/** How `/approval` changes: conditions alone. */
export const certificateSigningRequestApprovalStrategy: TypedStrategy<Request> = {
  ...certificateSigningRequestStrategy,
  prepareForUpdate: (request, old, { now }) => {
    request.spec = old.spec;
    request.status = { ...old.status, ...(request.status.conditions === undefined ? { conditions: [] } : { conditions: request.status.conditions }) };
    stampConditions(request, old, now);
  },
  validateUpdate: (request, old) => validateCertificateSigningRequestUpdate(request, old, { decides: true }),
  resetFields: ['spec', 'status.certificate'],
};

function fillRequester({ spec }: Request, { userName, userUid, userGroups, userExtra }: StrategyContext): void {
  spec.username = userName;
  if (userUid) spec.uid = userUid;
  else delete spec.uid;
  if (userGroups?.length) spec.groups = [...userGroups];
  else delete spec.groups;
  const extra = Object.entries(userExtra ?? {});
  if (extra.length > 0) spec.extra = Object.fromEntries(extra.map(([key, values]) => [key, [...values]]));
  else delete spec.extra;
}
