import { constants } from 'node:os';
import { RuntimeError } from '../../runtime.js';

const DEFAULT = 'SIGTERM';
/** As programs number them: the C library keeps the first two to itself. */
const REAL_TIME = { min: 34, max: 64 };

/** The number of the signal that ends a container: what the pod says, else the image, else SIGTERM. */
export function stopSignalNumber(config: string | undefined, image: string | undefined): number {
  const wanted = [config, image].find((signal) => signal !== undefined && signal !== '') ?? DEFAULT;
  const number = numberOf(wanted.toUpperCase().replace(/^(?=[A-Z])(?!SIG)/, 'SIG'));
  if (number === undefined) throw new RuntimeError('invalid', `"${wanted}" is not a signal`);
  return number;
}

function numberOf(signal: string): number | undefined {
  if (/^\d+$/.test(signal)) return Number(signal) >= 1 && Number(signal) <= REAL_TIME.max ? Number(signal) : undefined;
  const [, edge, offset = '0'] = /^SIGRT(MIN|MAX)(?:[+-](\d+))?$/.exec(signal) ?? [];
  if (edge === 'MIN') return REAL_TIME.min + Number(offset);
  if (edge === 'MAX') return REAL_TIME.max - Number(offset);
  return constants.signals[signal as keyof typeof constants.signals] as number | undefined;
}
