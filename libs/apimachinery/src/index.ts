
export type { FieldError, FieldErrorType } from './field-error.js';

export { failure, StatusError, statusErrorFrom } from './errors/status-error.js';
export { groupKindName, groupResourceName } from './errors/status.js';
export type { GroupKind, GroupResource, Status, StatusCause, StatusDetails, StatusReason } from './errors/status.js';
export * from './errors/constructors.js';
export * from './errors/checkers.js';
export { newGenericServerResponse } from './errors/generic-response.js';
export type { GenericResponse } from './errors/generic-response.js';
export { goQuote } from './errors/go-quote.js';

export { FieldPath, path } from './fields/path.js';
export * from './fields/build.js';
export * from './fields/formats.js';
export * from './fields/numbers.js';
export * from './fields/labels.js';
export * from './fields/object-meta.js';
export { deepEqual } from './meta/deep-equal.js';

export { apiVersionOf, parseGroupVersionKind } from './schema/schema.js';
export type { GroupVersionKind, Schema } from './schema/schema.js';
export { definition, definitionNameOf, fieldSchema, isFreeForm, modelKinds, patchMeta, resolveSchema, schemaFor, schemaOf } from './schema/schema-model.js';
export type { PatchMeta } from './schema/schema-model.js';
export { checkTypes, checkTypesOf } from './schema/check-types.js';
export { dropUnknownFields, dropUnknownFieldsOf, unknownFieldMessages } from './schema/drop-unknown-fields.js';
export type { DroppedFields } from './schema/drop-unknown-fields.js';
export { duplicateFieldMessages, JsonSyntaxError, MAX_JSON_DEPTH, parseJson } from './codec/json.js';

export { everything, LabelSelector, nothing } from './selectors/label-selector.js';
export type { LabelRequirement, Labels, SelectorOperator } from './selectors/label-selector.js';
export { parseLabelSelector } from './selectors/parse-labels.js';
export { selectorFromLabels, selectorFromObject } from './selectors/object-selector.js';
export { FieldSelector, parseFieldSelector } from './selectors/field-selector.js';
export type { FieldReader, FieldRequirement } from './selectors/field-selector.js';
export { Quantity } from './quantity/quantity.js';
export type { QuantityFormat } from './quantity/quantity.js';
export { canonicalQuantity, parseQuantity, quantityOf, QuantityError } from './quantity/parse.js';
export { decodeMessage, decodeProtobuf, encodeMessage, encodeProtobuf, hasProtobuf, isProtobuf, protobufListFrame } from './codec/protobuf/envelope.js';
export type { ProtobufListFrame, TypedObject } from './codec/protobuf/envelope.js';
export { decodeWatchFrame, encodeWatchFrame } from './codec/protobuf/watch-frame.js';
export type { DecodedWatchEvent } from './codec/protobuf/watch-frame.js';
export { ProtobufError } from './codec/protobuf/wire-reader.js';

export { applyJsonPatch, jsonPatchOperationLimit } from './patch/json-patch.js';
export type { JsonPatchOperation } from './patch/json-patch.js';
export { applyMergePatch } from './patch/merge-patch.js';
export { applyStrategicMergePatch } from './patch/strategic-merge.js';
export { patchSchemaOf, untypedPatchSchema } from './patch/patch-schema.js';
export type { PatchField, PatchSchema } from './patch/patch-schema.js';
export { cloneJson, isJsonObject } from './patch/json-object.js';
export type { JsonObject } from './patch/json-object.js';

export { generatedName, randomSuffix, safeEncode } from './meta/names.js';
export { controllerOf, isControlledBy, newControllerRef } from './meta/owners.js';
export type { OwnerReference } from './meta/owners.js';
export { parseTime, rfc3339, rfc3339Micro } from './meta/time.js';
export { newUid } from './meta/uid.js';
export { groupVersionKindText, noKindMatchText, parseApiVersion } from './meta/group-version.js';
export type { GroupVersion, GroupVersionResource } from './meta/group-version.js';
export { wellKnownAnnotations, wellKnownFinalizers, wellKnownLabels, wellKnownTaints } from './meta/well-known.js';
export { parseYaml, parseYamlBody, YamlSyntaxError } from './codec/yaml.js';
export type { YamlBody } from './codec/yaml.js';
export { covers, parseAccept, parseMediaType } from './codec/media-type.js';
export type { MediaType } from './codec/media-type.js';
export { mediaTypes, negotiateAccept } from './codec/negotiation.js';
export type { Acceptable, Accepted, MediaFormat } from './codec/negotiation.js';
export { encodeBody, isDecodeError } from './codec/body.js';
export { encodeYaml } from './codec/yaml-writer.js';
export { OpenApiDocuments, openApiV2ProtobufTypes } from './openapi/documents.js';
export type { OpenApiBytes } from './openapi/documents.js';
export type { ServedResource, ServedSubresource } from './openapi/served.js';
export { parseCertificateRequest } from './x509/certificate-request.js';
export type { CertificateRequestContent } from './x509/certificate-request.js';
export { pemBlock } from './x509/pem.js';
export type { PemBlock } from './x509/pem.js';
export { newCertificateRequest } from './x509/new-certificate-request.js';
export type { RequestedSubject } from './x509/new-certificate-request.js';
