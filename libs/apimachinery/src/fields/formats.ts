/** What a format check returns for a good value; shared, so a good value costs nothing. */
export const noProblems: readonly string[] = Object.freeze([]);

/** The problems of a value, as texts for `invalid(path, value, text)`; empty for a good value. */
export type FormatCheck = (value: string) => readonly string[];

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label}(\\.${label})*`;
const labelWithUnderscore = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const subdomainWithUnderscore = `${labelWithUnderscore}(\\.${labelWithUnderscore})*`;
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const labelKey = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const labelValue = `(${labelKey})?`;
const configMapKey = '[-._a-zA-Z0-9]+';
const cIdentifier = '[A-Za-z_][A-Za-z0-9_]*';
const percent = '[0-9]+%';

const patterns = {
  label: whole(label),
  subdomain: whole(subdomain),
  subdomainWithUnderscore: whole(subdomainWithUnderscore),
  label1035: whole(label1035),
  labelKey: whole(labelKey),
  labelValue: whole(labelValue),
  configMapKey: whole(configMapKey),
  cIdentifier: whole(cIdentifier),
  percent: whole(percent),
  environmentName: /^[\x20-\x3c\x3e-\x7e]+$/,
};

function whole(pattern: string): RegExp {
  return new RegExp(`^${pattern}$`);
}

/** `rule (e.g. 'a',  or 'b', regex used for validation is '…')`: the form in which upstream explains a pattern. */
export function patternProblem(rule: string, pattern: string, ...examples: string[]): string {
  if (examples.length === 0) return `${rule} (regex used for validation is '${pattern}')`;
  const shown = examples.map((example) => `'${example}', `).join(' or ');
  return `${rule} (e.g. ${shown}regex used for validation is '${pattern}')`;
}

function lengthProblem(limit: number): string {
  return `must be no more than ${String(limit)} characters`;
}

function check(value: string, limit: number, pattern: RegExp, problem: () => string): readonly string[] {
  const long = value.length > limit;
  const wrong = !pattern.test(value);
  if (!long && !wrong) return noProblems;
  return [...(long ? [lengthProblem(limit)] : []), ...(wrong ? [problem()] : [])];
}

/** RFC 1123 label: names of namespaces, containers, volumes. */
export const isDNS1123Label: FormatCheck = (value) =>
  check(value, 63, patterns.label, () =>
    patterns.subdomain.test(value)
      ? 'must not contain dots'
      : patternProblem(
          "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
          label,
          'my-name',
          '123-abc',
        ),
  );

/** RFC 1123 subdomain: names of most objects. */
export const isDNS1123Subdomain: FormatCheck = (value) =>
  check(value, 253, patterns.subdomain, () =>
    patternProblem(
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
      subdomain,
      'example.com',
    ),
  );

/** As `isDNS1123Subdomain`, with the underscores of service records: search domains of a resolver. */
export const isDNS1123SubdomainWithUnderscore: FormatCheck = (value) =>
  check(value, 253, patterns.subdomainWithUnderscore, () =>
    patternProblem(
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
      subdomainWithUnderscore,
      'example.com',
    ),
  );

/** RFC 1035 label: names of Services. */
export const isDNS1035Label: FormatCheck = (value) =>
  check(value, 63, patterns.label1035, () =>
    patternProblem(
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
      label1035,
      'my-name',
      'abc-123',
    ),
  );

const labelKeyRule = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

/** Label and annotation keys, finalizers, resource names: a name with an optional domain, `example.com/MyName`. */
export const isQualifiedName: FormatCheck = (value) => {
  const slash = value.indexOf('/');
  const name = slash < 0 ? value : value.slice(slash + 1);
  if (name.includes('/')) {
    const rule = patternProblem(labelKeyRule, labelKey, 'MyName', 'my.name', '123-abc');
    return [`a valid label key ${rule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const ofPrefix = slash < 0 ? noProblems : prefixProblems(value.slice(0, slash));
  const ofName = name.length <= 63 && patterns.labelKey.test(name) ? noProblems : namePartProblems(name);
  return ofPrefix.length === 0 ? ofName : [...ofPrefix, ...ofName];
};

function prefixProblems(prefix: string): readonly string[] {
  if (prefix === '') return ['prefix part must be non-empty'];
  return isDNS1123Subdomain(prefix).map((problem) => `prefix part ${problem.replace('253 characters', '253 bytes')}`);
}

function namePartProblems(name: string): string[] {
  const problems: string[] = [];
  if (name === '') problems.push('name part must be non-empty');
  else if (name.length > 63) problems.push('name part must be no more than 63 bytes');
  if (!patterns.labelKey.test(name)) problems.push(`name part ${patternProblem(labelKeyRule, labelKey, 'MyName', 'my.name', '123-abc')}`);
  return problems;
}

/** Values of labels. */
export const isLabelValue: FormatCheck = (value) => {
  if (value.length <= 63 && patterns.labelValue.test(value)) return noProblems;
  const problems = value.length > 63 ? ['must be no more than 63 bytes'] : [];
  if (!patterns.labelValue.test(value)) {
    const rule = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
    problems.push(patternProblem(rule, labelValue, 'MyValue', 'my_value', '12345'));
  }
  return problems;
};

/** Names of environment variables (KEP-4369: any printable ASCII but `=`). */
export const isEnvironmentVariableName: FormatCheck = (value) => {
  if (patterns.environmentName.test(value)) return noProblems;
  if (value === '') return ['environment variable name must be non-empty'];
  return ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
};

/** Names of C identifiers. */
export const isCIdentifier: FormatCheck = (value) =>
  patterns.cIdentifier.test(value)
    ? noProblems
    : [
        patternProblem(
          "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'",
          cIdentifier,
          'my_name',
          'MY_NAME',
          'MyName',
        ),
      ];

/** Keys in ConfigMaps and Secrets. */
export const isConfigMapKey: FormatCheck = (value) => {
  const problems = check(value, 253, patterns.configMapKey, () =>
    patternProblem("a valid config key must consist of alphanumeric characters, '-', '_' or '.'", configMapKey, 'key.name', 'KEY_NAME', 'key-name'),
  );
  return value.startsWith('.') ? [...problems, ...directoryProblems(value)] : problems;
};

function directoryProblems(value: string): string[] {
  if (value === '.') return ["must not be '.'"];
  if (value === '..') return ["must not be '..'"];
  return value.startsWith('..') ? ["must not start with '..'"] : [];
}

/** Percentages, as in `maxSurge: 25%`. */
export const isPercent: FormatCheck = (value) =>
  patterns.percent.test(value) ? noProblems : [patternProblem("a valid percent string must be a numeric string followed by an ending '%'", percent, '1%', '93%')];
