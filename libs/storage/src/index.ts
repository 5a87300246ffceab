export type {
  ChangeType, CheckOperation, DeleteOperation, EncodedValue, HistoryPage, ListOptions, ListPage, LogEntry, PutOperation, Storage, StorageErrorCode, StoredValue, WriteOperation, WriteOutcome,
} from './storage.js';
export { StorageError } from './storage.js';
export { expectValue } from './expected.js';
export type { KeyParts } from './keys.js';
export { compareKeys, keyOf, parseKey, prefixOf, resourceTypeOf, validateKey, validatePrefix } from './keys.js';
export type { MemoryStorage, MemoryStorageOptions } from './memory/memory-storage.js';
export { createMemoryStorage } from './memory/memory-storage.js';
export { parsedValue } from './parsed.js';
export type { PlanView, PlannedChange, WritePlan } from './plan.js';
export { planWrite, validateWrite } from './plan.js';
export { SEALED_MARK, SEALING_KEY_ID_BYTES, sealedWith, sealingKeyId } from './sealed.js';
export type { SpliceSource } from './splice.js';
export { splicedCapacity, spliceResourceVersion, writeSpliced } from './splice.js';
export type { WatchMessage } from './watch-message.js';
export { decodeWatchMessage, encodeWatchMessage, isBodyByReference, LARGEST_WATCH_BODY, resolveWatchMessage } from './watch-message.js';
export { answerRequest } from './wire/answer-request.js';
export type { StorageAnswer } from './wire/answers.js';
export { decodeAnswers, encodeAnswers } from './wire/answers.js';
export type { StorageRequest } from './wire/requests.js';
export { decodeRequests, encodeRequests, requestCapacity } from './wire/requests.js';
