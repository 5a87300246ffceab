export type {
  ChangeType, DeleteOperation, EncodedValue, HistoryPage, ListOptions, ListPage, LogEntry, PutOperation, Storage, StorageErrorCode, StoredValue, WriteOperation, WriteOutcome,
} from './storage.js';
export { StorageError } from './storage.js';
