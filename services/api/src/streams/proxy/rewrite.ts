/** Where a proxied page stands, for the addresses in it. */
export interface Rewriting {
  /** The path of this server under which the target is shown. */
  readonly prefix: string;
  /** `host:port` of the target, and the one that the client named: addresses with either are the target's own. */
  readonly hosts: readonly string[];
}

/** An address of the target as it is reached through the proxy; relative ones, and those of others, stay as they are. */
export function rewrittenUrl(url: string, { prefix, hosts }: Rewriting): string {
  const [, scheme = '', host, path = ''] = /^([a-z][a-z0-9+.-]*:)?(?:\/\/([^/?#]*))?([^]*)$/i.exec(url) ?? [];
  if (scheme !== '' && !/^https?:$/i.test(scheme)) return url;
  if ((scheme !== '' && host === undefined) || (host !== undefined && !hosts.includes(host))) return url;
  if (!path.startsWith('/') || path.startsWith(prefix)) return host === undefined || !path.startsWith('/') ? url : path;
  return prefix + path;
}

/** The attributes of each element that hold an address, as upstream's proxy knows them. */
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  a: ['href'], applet: ['codebase'], area: ['href'], audio: ['src'], base: ['href'], blockquote: ['cite'], body: ['background'], button: ['formaction'], command: ['icon'], del: ['cite'], embed: ['src'],
  form: ['action'], frame: ['longdesc', 'src'], head: ['profile'], html: ['manifest'], iframe: ['longdesc', 'src'], img: ['longdesc', 'src', 'usemap'], input: ['src', 'usemap', 'formaction'], ins: ['cite'],
  link: ['href'], object: ['classid', 'codebase', 'data', 'usemap'], q: ['cite'], script: ['src'], source: ['src'], video: ['poster', 'src'],
};
const TAG = /<([a-z][a-z0-9]*)(?=[\s/>])/gi;
const ATTRIBUTE = /\s*([^\s=>/"']+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>"']*))?|\/|\s+/y;

/** A page whose addresses lead through the proxy. Nothing else of it is changed. */
export function rewrittenHtml(html: string, rewriting: Rewriting): string {
  const pieces: string[] = [];
  let done = 0;
  for (const match of html.matchAll(TAG)) {
    const wanted = ATTRIBUTES[match[1]!.toLowerCase()];
    if (wanted === undefined || match.index < done) continue;
    const start = match.index + match[0].length;
    const [text, end] = rewrittenAttributes(html, start, wanted, rewriting);
    pieces.push(html.slice(done, start), text);
    done = end;
  }
  return pieces.join('') + html.slice(done);
}

function rewrittenAttributes(html: string, start: number, wanted: readonly string[], rewriting: Rewriting): [text: string, end: number] {
  const pieces: string[] = [];
  ATTRIBUTE.lastIndex = start;
  let end = start;
  for (let match = ATTRIBUTE.exec(html); match !== null && match[0] !== ''; match = ATTRIBUTE.exec(html)) {
    const [whole, name, value] = match;
    pieces.push(name !== undefined && value !== undefined && wanted.includes(name.toLowerCase()) ? whole.slice(0, -value.length || undefined) + rewrittenValue(value, rewriting) : whole);
    end = ATTRIBUTE.lastIndex;
  }
  return [pieces.join(''), end];
}

function rewrittenValue(value: string, rewriting: Rewriting): string {
  const quote = value.startsWith('"') || value.startsWith("'") ? value[0]! : '';
  return quote + rewrittenUrl(quote === '' ? value : value.slice(1, -1), rewriting) + quote;
}
