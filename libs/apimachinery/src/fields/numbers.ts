import { noProblems } from './formats.js';
import type { FormatCheck } from './formats.js';

/** `must be between 1 and 65535, inclusive`, or nothing. */
export function isInRange(value: number, least: number, most: number): readonly string[] {
  return value >= least && value <= most ? noProblems : [`must be between ${String(least)} and ${String(most)}, inclusive`];
}

/** A port number, 1 to 65535. */
export function isPortNumber(port: number): readonly string[] {
  return isInRange(port, 1, 65535);
}

/** The name of a port (RFC 6335, lower case). */
export const isPortName: FormatCheck = (name) => {
  const problems: string[] = [];
  if (name.length > 15) problems.push('must be no more than 15 characters');
  if (!/^[-a-z0-9]+$/.test(name)) problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(name)) problems.push('must contain at least one letter (a-z)');
  if (name.includes('--')) problems.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problems.length === 0 ? noProblems : problems;
};
