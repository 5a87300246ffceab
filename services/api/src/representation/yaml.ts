import { encodeYaml, parseJson } from '@gantry/apimachinery';
import type { Status } from '@gantry/apimachinery';
import type { CachedObject } from '../watch-cache/cached-object.js';
import type { Notice } from '../watch-cache/cache-event.js';
import type { ListMetadata, Representation } from './representation.js';

/** Objects of a list that are turned into YAML in one turn of the loop. */
const AT_ONCE = 8;

/** What another representation has as JSON, as YAML. There are no watches in it, as upstream has none. */
export class YamlRepresentation implements Representation {
  readonly name: string;
  readonly contentType = 'application/yaml';
  readonly streamType = undefined;

  constructor(private readonly json: Representation) {
    this.name = `yaml ${json.name}`;
  }

  object(object: CachedObject): Uint8Array {
    return Buffer.from(encodeYaml(parsed(this.json.object(object))));
  }

  /** A few objects at a time, each time as a list of its own, of which the elements are kept. */
  async list(objects: readonly CachedObject[], metadata: ListMetadata): Promise<Uint8Array[]> {
    const texts: Uint8Array[] = [];
    let head: Record<string, unknown> = {};
    let field = '';
    for (let at = 0; at < Math.max(objects.length, 1); at += AT_ONCE) {
      head = parsed(...(await asPieces(this.json.list(objects.slice(at, at + AT_ONCE), metadata))));
      field = 'rows' in head ? 'rows' : 'items';
      const elements = head[field] as readonly unknown[];
      if (elements.length > 0) texts.push(Buffer.from(encodeYaml(elements)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    return [Buffer.from(encodeYaml({ ...head, [field]: undefined })), Buffer.from(texts.length === 0 ? `${field}: []\n` : `${field}:\n`), ...texts];
  }

  event({ type, object }: Notice): Uint8Array {
    return Buffer.from(`---\n${encodeYaml({ type, object: parsed(this.json.object(object)) })}`);
  }

  bookmark(revision: number, annotations?: Readonly<Record<string, string>>): Uint8Array {
    return Buffer.from(`---\n${encodeYaml(parsed(this.json.bookmark(revision, annotations)))}`);
  }

  errorEvent(status: Status): Uint8Array {
    return Buffer.from(`---\n${encodeYaml({ type: 'ERROR', object: status })}`);
  }
}

async function asPieces(list: Promise<Uint8Array[]> | Uint8Array): Promise<Uint8Array[]> {
  const pieces = await list;
  return pieces instanceof Uint8Array ? [pieces] : pieces;
}

function parsed(...pieces: readonly Uint8Array[]): Record<string, unknown> {
  return parseJson(Buffer.concat(pieces).toString()) as Record<string, unknown>;
}
