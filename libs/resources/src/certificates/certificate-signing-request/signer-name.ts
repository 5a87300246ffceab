import { invalid, isDNS1123Label, isDNS1123Subdomain, required, tooLong } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';

const LONGEST_DOMAIN = 253;
/** A domain, a slash, and a path that has room for a namespace and a name with a dot between them. */
const LONGEST = LONGEST_DOMAIN + 1 + 253 + 63 + 1;

/** `example.com/signer-name`. */
export function validateSignerName(name: string, at: FieldPath): FieldError[] {
  if (name === '') return [required(at, '')];
  const [domain = '', path = '', ...others] = name.split('/');
  if (!name.includes('/') || others.length > 0) return [invalid(at, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'")];
  const labels = domain.split('.');
  return [
    ...(domain.length > LONGEST_DOMAIN ? [tooLong(at, LONGEST_DOMAIN)] : []),
    ...partProblems(labels, isDNS1123Label, domain, at),
    ...(labels.length < 2 ? [invalid(at, domain, 'should be a domain with at least two segments separated by dots')] : []),
    ...partProblems(path.split('.'), isDNS1123Subdomain, path, at),
    ...(name.length > LONGEST ? [tooLong(at, LONGEST)] : []),
  ];
}

/** Of the first part that has any. */
function partProblems(parts: readonly string[], check: (part: string) => readonly string[], whole: string, at: FieldPath): FieldError[] {
  for (const part of parts) {
    const problems = check(part);
    if (problems.length > 0) return problems.map((problem) => invalid(at, whole, `validating label ${JSON.stringify(part)}: ${problem}`));
  }
  return [];
}
