/** A quantity of a resource in Kubernetes' notation: `100m`, `1Gi`, `2`. */
export type Quantity = string;

/** A port by number or name, a count or a percentage. */
export type IntOrString = number | string;

/** RFC 3339 in UTC with whole seconds: `2026-01-02T03:04:05Z`. */
export type Time = string;

/** RFC 3339 in UTC with six digits of a second: `2026-01-02T03:04:05.000006Z`. */
export type MicroTime = string;

/** A duration as Go writes it: `1h2m3s`. */
export type Duration = string;

/** The set of owned fields of one manager: nested `f:`, `k:`, `v:` and `i:` keys. */
export type FieldsV1 = Record<string, unknown>;

/** The body of a patch request: its shape follows its content type. */
export type Patch = Record<string, unknown> | unknown[];

/** An object of any kind inside another. */
export type RawExtension = Record<string, unknown>;

/** Any JSON value, kept as it is. */
export type JSONValue = unknown;
