import { apiVersionOf, schemaOf, setOf, valueTypeOf } from '@gantry/apimachinery';
import type { FieldVersions, ValueType } from '@gantry/apimachinery';
import { kinds } from '@gantry/resources';
import type { KindDescriptor, ResourceObject, Strategy } from '@gantry/resources';
import { storagePrefixOf } from '../registry/served-resource.js';

/** By strategy: an endpoint of a kind has one of its own. */
const known = new WeakMap<KindDescriptor, Map<Strategy, FieldVersions>>();
const types = new WeakMap<KindDescriptor, ValueType>();

/** In which versions the objects of an endpoint are seen, and what it does not let anybody manage. */
export function fieldVersions(kind: KindDescriptor, strategy: Strategy): FieldVersions {
  let ofKind = known.get(kind);
  if (ofKind === undefined) known.set(kind, (ofKind = new Map()));
  let versions = ofKind.get(strategy);
  if (versions === undefined) ofKind.set(strategy, (versions = newVersions(kind, strategy)));
  return versions;
}

function newVersions(kind: KindDescriptor, strategy: Strategy): FieldVersions {
  const apiVersion = apiVersionOf(kind);
  const others = new Map(kinds.filter((other) => storagePrefixOf(other) === storagePrefixOf(kind)).map((other) => [apiVersionOf(other), other]));
  return {
    apiVersion,
    ignored: setOf(resetFields(kind, strategy).map(elementsOf)),
    ...(strategy.ownedFields === undefined ? {} : { only: strategy.ownedFields.map(elementsOf) }),
    typeOf: (version) => {
      const seen = version === apiVersion ? kind : others.get(version);
      return seen && typeOfKind(seen);
    },
    convert: (object, version) => converted(others.get(object['apiVersion'] as string) ?? kind, others.get(version)!, object as unknown as ResourceObject),
  };
}

function elementsOf(path: string): string[] {
  return path.split('.').map((name) => (name === '*' ? name : `f:${name}`));
}

function resetFields(kind: KindDescriptor, strategy: Strategy): readonly string[] {
  if (strategy.resetFields !== undefined) return strategy.resetFields;
  if (kind.statusStrategy === undefined) return [];
  return strategy === kind.statusStrategy ? ['spec'] : ['status'];
}

function typeOfKind(kind: KindDescriptor): ValueType {
  let type = types.get(kind);
  if (type === undefined) types.set(kind, (type = valueTypeOf(schemaOf(kind) ?? {})));
  return type;
}

/** Through the stored form; shares with the object what both have. */
function converted(from: KindDescriptor, to: KindDescriptor, object: ResourceObject): ResourceObject {
  const stored = from.storedAs?.toStored(object) ?? object;
  return to.storedAs?.fromStored(stored) ?? stored;
}
