import type { coreV1 } from '@gantry/api-types';
import { identityOf } from '../pods/pod.js';
import type { Container, Pod } from '../pods/pod.js';
import { expand } from './expansion.js';
import { fieldValue } from './field-ref.js';
import type { FieldContext } from './field-ref.js';
import { resourceValue } from './resource-ref.js';

/** Where values come from; both resolve to undefined when the object is not there. */
export interface ValueSources {
  configMap(namespace: string, name: string): Promise<coreV1.ConfigMap | undefined>;
  secret(namespace: string, name: string): Promise<coreV1.Secret | undefined>;
}

export interface EnvironmentContext extends FieldContext {
  readonly allocatable: Readonly<Record<string, string>>;
  readonly sources: ValueSources;
  /** Variables about Services: what a pod says itself comes before them. */
  readonly services?: readonly EnvironmentVariable[];
}

/** A container that cannot be configured as its pod says: reason `CreateContainerConfigError`. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export interface EnvironmentVariable {
  readonly name: string;
  readonly value: string;
}

/**
 * A container's environment in order: `envFrom` first, `env` after it and over it, then what it does not set of the Services'. A later
 * variable sees the earlier ones and the Services'.
 */
export async function resolveEnvironment(pod: Pod, container: Container, context: EnvironmentContext): Promise<EnvironmentVariable[]> {
  const values = new Map<string, string>();
  const services = new Map((context.services ?? []).map(({ name, value }) => [name, value]));
  for (const source of container.envFrom ?? []) {
    for (const [name, value] of await fromSource(pod, source, context)) values.set(name, value);
  }
  for (const variable of container.env ?? []) {
    const value = await valueOf(pod, container, variable, (name) => values.get(name) ?? services.get(name), context);
    if (value !== undefined) values.set(variable.name, value);
  }
  return [...new Map([...services, ...values])].map(([name, value]) => ({ name, value }));
}

/** Command and arguments with `$(NAME)` of the resolved environment replaced. */
export function expandAll(texts: readonly string[] | undefined, environment: readonly EnvironmentVariable[]): string[] | undefined {
  const values = new Map(environment.map(({ name, value }) => [name, value]));
  return texts?.map((text) => expand(text, (name) => values.get(name)));
}

async function fromSource(pod: Pod, source: coreV1.EnvFromSource, context: EnvironmentContext): Promise<[string, string][]> {
  const prefix = source.prefix ?? '';
  const data = source.configMapRef === undefined ? await secretOf(pod, source.secretRef ?? {}, context) : await configMapOf(pod, source.configMapRef, context);
  return Object.entries(data ?? {}).map(([key, value]) => [prefix + key, value]);
}

async function valueOf(pod: Pod, container: Container, variable: coreV1.EnvVar, earlier: (name: string) => string | undefined, context: EnvironmentContext): Promise<string | undefined> {
  const from = variable.valueFrom;
  if (from === undefined) return expand(variable.value ?? '', earlier);
  if (from.fieldRef !== undefined) return field(pod, from.fieldRef.fieldPath, context);
  if (from.resourceFieldRef !== undefined) return resourceValue(pod, container, from.resourceFieldRef, context.allocatable);
  if (from.configMapKeyRef !== undefined) return keyOf(pod, from.configMapKeyRef, await configMapOf(pod, from.configMapKeyRef, context), 'ConfigMap');
  if (from.secretKeyRef !== undefined) return keyOf(pod, from.secretKeyRef, await secretOf(pod, from.secretKeyRef, context), 'Secret');
  throw new ConfigError(`environment variable ${variable.name} has a source that is not supported`);
}

function field(pod: Pod, fieldPath: string, context: FieldContext): string {
  const value = fieldValue(pod, fieldPath, context);
  if (value === undefined) throw new ConfigError(`unsupported fieldPath: ${fieldPath}`);
  return value;
}

interface Selector {
  readonly name?: string;
  readonly key?: string;
  readonly optional?: boolean;
}

function keyOf(pod: Pod, selector: Selector, data: Readonly<Record<string, string>> | undefined, kind: string): string | undefined {
  const value = data?.[selector.key ?? ''];
  if (value === undefined && selector.optional !== true) {
    throw new ConfigError(`couldn't find key ${selector.key ?? ''} in ${kind} ${identityOf(pod).namespace}/${selector.name ?? ''}`);
  }
  return value;
}

async function configMapOf(pod: Pod, selector: Selector, context: EnvironmentContext): Promise<Record<string, string> | undefined> {
  const name = selector.name ?? '';
  const object = await context.sources.configMap(identityOf(pod).namespace, name);
  if (object === undefined && selector.optional !== true) throw new ConfigError(`configmap "${name}" not found`);
  return object === undefined ? undefined : (object.data ?? {});
}

async function secretOf(pod: Pod, selector: Selector, context: EnvironmentContext): Promise<Record<string, string> | undefined> {
  const name = selector.name ?? '';
  const object = await context.sources.secret(identityOf(pod).namespace, name);
  if (object === undefined && selector.optional !== true) throw new ConfigError(`secret "${name}" not found`);
  if (object === undefined) return undefined;
  return Object.fromEntries(Object.entries(object.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}
