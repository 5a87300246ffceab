import { newInvalid, notSupported } from '@gantry/apimachinery';
import type { RequestContext } from '../http/request-context.js';

/** Whether the request asks for a dry run. Throws 422 for a value other than `All`. */
export function isDryRun({ context }: { readonly context: RequestContext }, kind: string, fromBody: readonly string[] = []): boolean {
  if (context.rawQuery === '' && fromBody.length === 0) return false;
  const wanted = [...context.query.getAll('dryRun'), ...fromBody].filter((value) => value !== '');
  const wrong = wanted.filter((value) => value !== 'All');
  if (wrong.length > 0) throw newInvalid({ group: 'meta.k8s.io', kind }, '', [notSupported('dryRun', wrong[0], ['All'])]);
  return wanted.length > 0;
}

/** How unknown and duplicate fields are treated. Throws 422 for an unknown value. */
export function fieldValidation({ context }: { readonly context: RequestContext }, kind: string): 'Strict' | 'Warn' | 'Ignore' {
  const value = context.rawQuery === '' ? '' : (context.query.get('fieldValidation') ?? '');
  if (value === '' || value === 'Warn') return 'Warn';
  if (value === 'Strict' || value === 'Ignore') return value;
  throw newInvalid({ group: 'meta.k8s.io', kind }, '', [notSupported('fieldValidation', value, ['', 'Ignore', 'Strict', 'Warn'])]);
}
