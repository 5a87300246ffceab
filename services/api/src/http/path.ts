/** A path under /api or /apis, taken apart. `name`, `subresource` and `namespace` are decoded and '' where absent. */
export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly namespace: string;
  readonly resource: string;
  readonly name: string;
  readonly subresource: string;
  /** What follows the subresource, for proxies. */
  readonly rest: string;
  /** A watch whatever the query says, of a collection or of one object: how the first clients asked for it, and some still do. */
  readonly isWatch: boolean;
}

/** The path segment behind which a namespace's name stands; it is also the resource of namespaces themselves. */
const SCOPE_SEGMENT = 'namespaces';
/** What follows the version of such a path. */
const WATCH_SEGMENT = 'watch';
/** `/namespaces/x/<this>` is a subresource of the namespace, anything else a resource inside it. */
const SCOPE_SUBRESOURCES: ReadonlySet<string> = new Set(['status', 'finalize']);

/** undefined for paths that address no resource (`/version`, `/apis/apps/v1`). Throws URIError on a broken percent-encoding. */
export function parseResourcePath(path: string): ResourcePath | undefined {
  const segments = path.split('/');
  if (segments.at(-1) === '') segments.pop();
  if (segments[1] === 'api') return fromVersion('', segments, 2);
  if (segments[1] === 'apis' && segments.length > 2) return fromVersion(segments[2]!, segments, 3);
  return undefined;
}

/** The namespace in which a request must be permitted: that of a namespace's own object is the namespace itself, as upstream has it. */
export function permissionNamespace({ resource, namespace, name }: ResourcePath): string {
  return namespace === '' && resource === SCOPE_SEGMENT ? name : namespace;
}

function fromVersion(group: string, segments: readonly string[], at: number): ResourcePath | undefined {
  const version = segments[at];
  const isWatch = segments[at + 1] === WATCH_SEGMENT;
  const scope = isWatch ? at + 2 : at + 1;
  const first = segments[scope];
  if (version === undefined || first === undefined) return undefined;
  const isScoped = first === SCOPE_SEGMENT && segments.length > scope + 2 && !(segments.length === scope + 3 && SCOPE_SUBRESOURCES.has(segments[scope + 2]!));
  const start = isScoped ? scope + 2 : scope;
  return {
    group,
    version,
    namespace: isScoped ? decoded(segments[scope + 1]!) : '',
    resource: segments[start]!,
    name: decoded(segments[start + 1] ?? ''),
    subresource: segments[start + 2] ?? '',
    rest: segments.slice(start + 3).join('/'),
    isWatch,
  };
}

function decoded(segment: string): string {
  return segment.includes('%') ? decodeURIComponent(segment) : segment;
}
