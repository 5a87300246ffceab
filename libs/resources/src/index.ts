export type { Column, KindDescriptor, ObjectMetadata, ResourceObject, ScaleDescriptor, Strategy, StrategyContext } from './descriptor.js';
export { defineKind } from './define-kind.js';
export type { TypedColumn, TypedKind, TypedStrategy, WithMetadata } from './define-kind.js';
export { kinds } from './kinds.js';
export { createRegistry, nextRegistry } from './registry.js';
export type { Registry } from './registry.js';
export { semanticEqual } from './semantic-equal.js';
export { humanDuration, since } from './printing/duration.js';

export { addDefaultTolerations, admitPod } from './core/pod/admission.js';
export { qosClassOf } from './core/pod/qos.js';
export type { QosClass } from './core/pod/qos.js';
export { shouldRestart } from './core/pod/restart.js';
export type { DefaultedPod } from './core/pod/types.js';
export { namespaceFinalizeStrategy } from './core/namespace/strategy.js';
export { certificateSigningRequestApprovalStrategy } from './certificates/certificate-signing-request/strategy.js';
export { validatePodBinding } from './core/binding/validation.js';
export { isLatest } from './core/pod-spec/image-tag.js';
