export type * from './groups.gen.js';
export type { Duration, FieldsV1, IntOrString, JSONValue, MicroTime, Patch, Quantity, RawExtension, Time } from './scalars.js';
