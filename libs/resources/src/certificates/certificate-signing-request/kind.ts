import { defineKind } from '../../define-kind.js';
import { certificateSigningRequestColumns } from './columns.js';
import { defaultCertificateSigningRequest } from './defaults.js';
import type { DefaultedCertificateSigningRequest } from './defaults.js';
import { certificateSigningRequestStatusStrategy, certificateSigningRequestStrategy } from './strategy.js';

export const certificateSigningRequest = defineKind<DefaultedCertificateSigningRequest>({
  group: 'certificates.k8s.io',
  version: 'v1',
  kind: 'CertificateSigningRequest',
  listKind: 'CertificateSigningRequestList',
  resource: 'certificatesigningrequests',
  singular: 'certificatesigningrequest',
  shortNames: ['csr'],
  categories: [],
  namespaced: false,
  defaults: defaultCertificateSigningRequest,
  strategy: certificateSigningRequestStrategy,
  statusStrategy: certificateSigningRequestStatusStrategy,
  columns: certificateSigningRequestColumns,
  selectableFields: { 'spec.signerName': ({ spec }) => spec.signerName },
});
