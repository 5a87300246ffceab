import { matchesGlob, relative } from 'node:path';
import { HOMES } from './homes.mjs';

/** `@scope/name/deep` → `@scope/name`, `name/deep` → `name`; relative and built-in imports have none. */
function packageOf(specifier) {
  if (/^(\.|\/|node:)/.test(specifier)) return undefined;
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

/** The homes that `file` is not in although it imports `specifier`, or `undefined` where the import is fine. */
export function violatedHome(file, specifier, homes = HOMES) {
  const name = packageOf(specifier);
  const home = name && homes.find(({ packages }) => packages.test(name));
  return home && !home.files.some((glob) => matchesGlob(file, glob)) ? { name, files: home.files } : undefined;
}

/** ESLint rule: an external client is imported from its home alone, types and dynamic imports included. */
export const externalHomes = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { home: '{{name}} may be imported only from its home: {{files}}' },
  },
  create(context) {
    const file = relative(context.cwd, context.filename);
    const check = (node) => {
      if (typeof node.source?.value !== 'string') return;
      const violated = violatedHome(file, node.source.value);
      if (violated) context.report({ node, messageId: 'home', data: { name: violated.name, files: violated.files.join(', ') } });
    };
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check, ImportExpression: check };
  },
};
