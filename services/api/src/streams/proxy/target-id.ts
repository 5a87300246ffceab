/** The object that a proxy leads to, as its path names it. */
export interface TargetId {
  readonly scheme: 'http' | 'https';
  readonly name: string;
  /** A number or a name; '' where none was given. */
  readonly port: string;
}

/** Reads `name`, `name:port` and `scheme:name:port`; undefined for anything else. */
export function parseTargetId(id: string): TargetId | undefined {
  const parts = id.split(':');
  if (parts.length > 3) return undefined;
  const [scheme = '', name = '', port = ''] = parts.length === 3 ? parts : ['', ...parts];
  if (name === '' || !['', 'http', 'https'].includes(scheme)) return undefined;
  return { scheme: scheme === 'https' ? 'https' : 'http', name, port };
}

/** Whether an address may be that of a pod: none of this machine, of a link, of a group. */
export function isProxyable(address: string): boolean {
  if (address.includes(':')) return !/^(?:::1?$|fe[89ab]|ff|::ffff:)/i.test(address);
  const octets = address.split('.').map(Number);
  if (octets.length !== 4 || octets.some((octet) => !Number.isInteger(octet) || octet < 0 || octet > 255)) return false;
  const [first = 0, second = 0] = octets;
  return first !== 0 && first !== 127 && !(first === 169 && second === 254) && !(first >= 224 && first < 240) && address !== '255.255.255.255';
}
