/** What a registry asks for with 401 (RFC 9110, section 11.6.1; distribution specification, "Token authentication"). */
export type Challenge = { readonly scheme: 'basic' } | { readonly scheme: 'bearer'; readonly realm: string; readonly service?: string; readonly scope?: string };

/** The first challenge of a header that is understood. */
export function parseChallenge(header: string | undefined): Challenge | undefined {
  const bearer = /\bbearer\s+(.*)$/i.exec(header ?? '');
  if (bearer !== null) {
    const parameters = Object.fromEntries([...(bearer[1] ?? '').matchAll(/([a-z_]+)\s*=\s*(?:"([^"]*)"|([^\s,"]+))/gi)].map(([, key, quoted, bare]) => [key!.toLowerCase(), quoted ?? bare ?? '']));
    const { realm, service, scope } = parameters;
    if (realm !== undefined && URL.canParse(realm)) return { scheme: 'bearer', realm, ...(service === undefined ? {} : { service }), ...(scope === undefined ? {} : { scope }) };
  }
  return /\bbasic\b/i.test(header ?? '') ? { scheme: 'basic' } : undefined;
}
