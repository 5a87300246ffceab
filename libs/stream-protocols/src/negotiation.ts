/** Which protocol a session speaks, or why none, with what HTTP says to that. */
export type Negotiated = { readonly protocol: string } | { readonly status: number; readonly text: string; readonly accepted: readonly string[] };

/** Of what the client lists in `X-Stream-Protocol-Version`, in its order of preference, the first that is spoken here. */
export function negotiate(header: string | readonly string[] | undefined, supported: readonly string[]): Negotiated {
  if (header === undefined) return { status: 400, text: 'unable to upgrade: header X-Stream-Protocol-Version does not exist in request', accepted: [] };
  const wanted = listed(header);
  if (wanted.length === 0) return { status: 400, text: `unable to upgrade: header X-Stream-Protocol-Version contains [${[header].flat().join(' ')}], but no valid protocols`, accepted: [] };
  const protocol = wanted.find((one) => supported.includes(one));
  if (protocol !== undefined) return { protocol };
  return { status: 403, text: `unable to upgrade: unable to negotiate protocol: client supports [${wanted.join(' ')}], server accepts [${supported.join(' ')}]`, accepted: supported };
}

/** The values of a header that lists some. */
export function listed(header: string | readonly string[] | undefined): string[] {
  return [header ?? []].flat().flatMap((line) => line.split(',')).map((one) => one.trim()).filter((one) => one !== '');
}
