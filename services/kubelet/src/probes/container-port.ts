import type { Container } from '../pods/pod.js';

/** The number that a port means: itself, that of the container's port of this name, or a number that was written as text. Throws where it is none. */
export function containerPort(port: number | string, container: Container): number {
  const named = typeof port === 'string' ? container.ports?.find(({ name }) => name === port)?.containerPort : undefined;
  const number = named ?? Number(port);
  if (Number.isNaN(number)) throw new Error(`strconv.Atoi: parsing ${JSON.stringify(port)}: invalid syntax`);
  if (number > 0 && number < 65_536) return number;
  throw new Error(`invalid port number: ${number}`);
}

/** `host:port`, with brackets where the host has colons. */
export function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
