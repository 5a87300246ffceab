import { encodeYaml, parseJson } from '@gantry/apimachinery';
import type { Status } from '@gantry/apimachinery';
import type { CachedObject } from '../watch-cache/cached-object.js';
import type { Notice } from '../watch-cache/cache-event.js';
import { gathered } from './pieces.js';
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
  async *list(objects: readonly CachedObject[], metadata: ListMetadata): AsyncGenerator<Uint8Array, void, undefined> {
    for (let at = 0; at < Math.max(objects.length, 1); at += AT_ONCE) {
      const list = parsed(...(await gathered(this.json.list(objects.slice(at, at + AT_ONCE), metadata))));
      const field = 'rows' in list ? 'rows' : 'items';
      const elements = list[field] as readonly unknown[];
      if (at === 0) yield Buffer.from(`${encodeYaml({ ...list, [field]: undefined })}${field}:${elements.length === 0 ? ' []' : ''}\n`);
      if (elements.length > 0) yield Buffer.from(encodeYaml(elements));
      await new Promise((resolve) => setImmediate(resolve));
    }
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

function parsed(...pieces: readonly Uint8Array[]): Record<string, unknown> {
  return parseJson(Buffer.concat(pieces).toString()) as Record<string, unknown>;
}
