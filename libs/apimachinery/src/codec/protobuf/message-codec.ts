import { messageTable, typeNameIn } from '../../schema/message-table.js';
import type { FieldMode } from '../../schema/message-table.js';
import { jsonBytesCodec, schemaUnionCodec } from './embedded-codecs.js';
import { durationCodec, intOrStringCodec, microTimeCodec, quantityCodec, stringListCodec, timeCodec } from './special-codecs.js';
import { readFields, readNested, scalarCodecs, writeField, writeNested } from './value-codec.js';
import type { ValueCodec } from './value-codec.js';
import { BYTES } from './wire-reader.js';
import type { WireReader } from './wire-reader.js';
import type { WireWriter } from './wire-writer.js';

interface Field {
  readonly name: string;
  readonly number: number;
  readonly mode: FieldMode;
  readonly codec: ValueCodec;
}

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const APIEXTENSIONS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1';
const KEY = scalarCodecs['string'] as ValueCodec;

/** The codecs of the model's messages, each compiled from its table at first use, once. */
export class MessageCodecs {
  private readonly codecs: Map<string, ValueCodec>;

  /** `decodeEmbedded` reads the bytes of a raw extension, which hold JSON or a whole protobuf body. */
  constructor(decodeEmbedded: (raw: Uint8Array) => unknown) {
    this.codecs = new Map(Object.entries({
      ...scalarCodecs,
      [`${META}.Time`]: timeCodec,
      [`${META}.MicroTime`]: microTimeCodec,
      [`${META}.Duration`]: durationCodec,
      [`${META}.FieldsV1`]: jsonBytesCodec(),
      [`${META}.Verbs`]: stringListCodec,
      [`${APIEXTENSIONS}.JSON`]: jsonBytesCodec(),
      'io.k8s.apimachinery.pkg.api.resource.Quantity': quantityCodec,
      'io.k8s.apimachinery.pkg.util.intstr.IntOrString': intOrStringCodec,
      'io.k8s.apimachinery.pkg.runtime.RawExtension': jsonBytesCodec(decodeEmbedded),
    }));
  }

  /** The codec of a message by its definition's name; undefined when the model has no such message. */
  message(name: string): MessageCodec | undefined {
    const codec = messageTable(name) === undefined ? undefined : this.codec(name);
    return codec instanceof MessageCodec ? codec : undefined;
  }

  private codec(name: string): ValueCodec {
    let codec = this.codecs.get(name);
    if (codec === undefined) {
      codec = this.make(name);
      this.codecs.set(name, codec);
    }
    return codec;
  }

  private make(name: string): ValueCodec {
    const type = name.slice(name.lastIndexOf('.') + 1);
    if (type === 'ExtraValue') return stringListCodec;
    if (name.startsWith(`${APIEXTENSIONS}.JSONSchemaPropsOr`)) return schemaUnionCodec(type, this.codec(`${APIEXTENSIONS}.JSONSchemaProps`));
    return new MessageCodec(() => this.compile(name));
  }

  /** The fields in ascending order of their numbers, as the model has them. */
  private compile(name: string): Field[] {
    return Object.entries(messageTable(name) ?? {}).map(([field, [number, type, mode = '']]) => {
      const target = Object.hasOwn(scalarCodecs, type) ? type : typeNameIn(name, type);
      return { name: field, number, mode, codec: this.codec(target) };
    });
  }
}

/** Encodes and decodes the messages of one definition by its table. */
export class MessageCodec implements ValueCodec {
  readonly wireType = BYTES;
  private compiled: readonly Field[] | undefined;
  private byNumber: readonly (Field | undefined)[] = [];

  /** `compile` is called when the first message is met. */
  constructor(private readonly compile: () => readonly Field[]) {}

  write(writer: WireWriter, value: unknown): void {
    writeNested(writer, () => this.writeFields(writer, value as Record<string, unknown>));
  }

  read(reader: WireReader): Record<string, unknown> {
    const target: Record<string, unknown> = {};
    readNested(reader, (number, wireType) => this.readField(reader, number, wireType, target));
    return target;
  }

  /** The message without a length, from `reader`'s position to its end. */
  readAll(reader: WireReader, target: Record<string, unknown>): void {
    readFields(reader, (number, wireType) => this.readField(reader, number, wireType, target));
  }

  /** The fields of `object` in descending order of their numbers, since the writer goes backwards. */
  writeFields(writer: WireWriter, object: Readonly<Record<string, unknown>>): void {
    const fields = this.fields();
    for (let at = fields.length - 1; at >= 0; at -= 1) {
      const field = fields[at] as Field;
      if (field.mode === 'inline') writeInline(writer, field, object);
      else if (object[field.name] !== undefined && object[field.name] !== null) writePresent(writer, field, object[field.name]);
    }
  }

  /** The number of a field by its JSON name. Throws on a name that the message has not. */
  numberOf(name: string): number {
    const field = this.fields().find((one) => one.name === name);
    if (field === undefined) throw new RangeError(`no field ${name}`);
    return field.number;
  }

  private readField(reader: WireReader, number: number, wireType: number, target: Record<string, unknown>): boolean {
    this.fields();
    const field = this.byNumber[number];
    if (field === undefined) return false;
    if (wireType !== field.codec.wireType && field.mode !== 'map') return field.mode === 'repeated' && wireType === BYTES && readPacked(reader, field, target);
    if (field.mode === 'inline') readNested(reader, (inner, type) => (field.codec as MessageCodec).readField(reader, inner, type, target));
    else if (field.mode === 'map') readEntry(reader, field, target);
    else readValue(reader, field, target);
    return true;
  }

  private fields(): readonly Field[] {
    if (this.compiled === undefined) {
      this.compiled = this.compile();
      const byNumber: (Field | undefined)[] = [];
      for (const field of this.compiled) byNumber[field.number] = field;
      this.byNumber = byNumber;
    }
    return this.compiled;
  }
}

function writeInline(writer: WireWriter, field: Field, object: Readonly<Record<string, unknown>>): void {
  const before = writer.length;
  (field.codec as MessageCodec).writeFields(writer, object);
  if (writer.length === before) return;
  writer.varint(writer.length - before);
  writer.tag(field.number, BYTES);
}

function writePresent(writer: WireWriter, field: Field, value: unknown): void {
  if (field.mode === 'repeated') {
    const items = value as readonly unknown[];
    for (let at = items.length - 1; at >= 0; at -= 1) writeField(writer, field.number, field.codec, items[at]);
  } else if (field.mode === 'map') {
    const map = value as Readonly<Record<string, unknown>>;
    for (const key of Object.keys(map).reverse()) writeEntry(writer, field, key, map[key]);
  } else {
    writeField(writer, field.number, field.codec, value);
  }
}

function writeEntry(writer: WireWriter, field: Field, key: string, value: unknown): void {
  writeNested(writer, () => {
    if (value !== null && value !== undefined) writeField(writer, 2, field.codec, value);
    writeField(writer, 1, KEY, key);
  });
  writer.tag(field.number, BYTES);
}

function readValue(reader: WireReader, field: Field, target: Record<string, unknown>): void {
  const value = field.codec.read(reader);
  if (field.mode === 'repeated') append(target, field.name, value);
  else if (value === undefined || (value === field.codec.zero && field.mode !== 'explicit')) delete target[field.name];
  else target[field.name] = value;
}

function readPacked(reader: WireReader, field: Field, target: Record<string, unknown>): boolean {
  reader.nested(() => {
    while (!reader.done) append(target, field.name, field.codec.read(reader));
  });
  return true;
}

function append(target: Record<string, unknown>, name: string, value: unknown): void {
  const list = target[name] as unknown[] | undefined;
  if (list === undefined) target[name] = [value];
  else list.push(value);
}

function readEntry(reader: WireReader, field: Field, target: Record<string, unknown>): void {
  let key = '';
  let value: unknown;
  readNested(reader, (number) => {
    if (number === 1) key = reader.string();
    else if (number === 2) value = field.codec.read(reader);
    else return false;
    return true;
  });
  const map = (target[field.name] ??= {}) as Record<string, unknown>;
  Object.defineProperty(map, key, { value: value ?? field.codec.zero ?? {}, enumerable: true, writable: true, configurable: true });
}
