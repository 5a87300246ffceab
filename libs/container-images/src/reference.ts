import { isDigest } from './digest.js';
import { refused } from './image-error.js';

/** A name of an image, with every default written out. */
export interface Reference {
  /** `docker.io`, `localhost:5000`. */
  readonly registry: string;
  /** `library/busybox`. */
  readonly repository: string;
  /** Unset where there is a digest alone. */
  readonly tag?: string;
  /** `sha256:…`; it decides where there is a tag as well. */
  readonly digest?: string;
}

const PART = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const REPOSITORY = new RegExp(`^${PART}(?:/${PART})*$`);
const HOST = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?$/;
const TAG = /^\w[\w.-]{0,127}$/;
const LONGEST_NAME = 255;

/** Reads what people write: `busybox` is `docker.io/library/busybox:latest`. Throws `invalid`. */
export function parseReference(text: string): Reference {
  const [named = '', digest, ...more] = text.split('@');
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  const { registry, repository } = splitName(hasTag ? named.slice(0, colon) : named);
  const tag = hasTag ? named.slice(colon + 1) : digest === undefined ? 'latest' : undefined;
  const isWell = more.length === 0 && HOST.test(registry) && REPOSITORY.test(repository) && registry.length + repository.length < LONGEST_NAME
    && (tag === undefined || TAG.test(tag)) && (digest === undefined || isDigest(digest));
  if (!isWell) throw refused(`couldn't parse image name "${text}": invalid reference format`);
  return { registry, repository, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** The first part is a host where it looks like one; else all of it is a repository of Docker Hub. */
function splitName(name: string): { registry: string; repository: string } {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(0, slash));
  const isHost = first.includes('.') || first.includes(':') || first === 'localhost' || first !== first.toLowerCase();
  const [registry, repository] = isHost ? [first, name.slice(slash + 1)] : ['docker.io', name];
  if (registry !== 'docker.io' && registry !== 'index.docker.io') return { registry, repository };
  return { registry: 'docker.io', repository: repository.includes('/') ? repository : `library/${repository}` };
}

/** `docker.io/library/busybox`. */
export function nameOf({ registry, repository }: Reference): string {
  return `${registry}/${repository}`;
}

/** `docker.io/library/busybox:latest`, or with a digest, which leaves the tag out. */
export function formatReference(reference: Reference): string {
  return reference.digest === undefined ? `${nameOf(reference)}:${reference.tag}` : `${nameOf(reference)}@${reference.digest}`;
}
