import { newApplyConflict } from '../errors/constructors.js';
import { goQuote } from '../errors/go-quote.js';
import type { StatusCause } from '../errors/status.js';
import type { FieldConflict } from './apply-managers.js';
import { managerId } from './field-managers.js';
import type { FieldManager } from './field-managers.js';
import { elementText } from './path-element.js';

/** 409 for an apply that would change what others manage, with a cause for each field. */
export function fieldConflict(conflicts: readonly FieldConflict[]): Error {
  const causes: StatusCause[] = conflicts.map(({ manager, path }) => ({ reason: 'FieldManagerConflict', message: `conflict with ${managerText(manager)}`, field: pathText(path) }));
  return newApplyConflict(causes, conflictMessage(conflicts));
}

function conflictMessage(conflicts: readonly FieldConflict[]): string {
  const [first] = conflicts;
  if (conflicts.length === 1) return `Apply failed with 1 conflict: conflict with ${managerText(first!.manager)}: ${pathText(first!.path)}`;
  const lines: string[] = [];
  let named: string | undefined;
  for (const { manager, path } of conflicts) {
    const id = managerId(manager);
    if (id !== named) lines.push(`conflicts with ${managerText(manager)}:`);
    named = id;
    lines.push(`- ${pathText(path)}`);
  }
  return `Apply failed with ${String(conflicts.length)} conflicts: ${lines.join('\n')}`;
}

function managerText({ manager, subresource, operation, apiVersion }: FieldManager): string {
  const of = subresource === '' ? '' : ` with subresource ${goQuote(subresource)}`;
  return `${goQuote(manager)}${of}${operation === 'Update' ? ` using ${apiVersion}` : ''}`;
}

function pathText(path: readonly string[]): string {
  return path.map(elementText).join('');
}
