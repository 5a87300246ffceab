const ALLOWED_SPEC = /^(npm:(@[\w.-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/;

/** Where a package asked for by the one at `from` can stand: in its own node_modules, then in those above it. */
function candidates(from, name) {
  const inside = from === '' ? [] : [`${from}/node_modules/${name}`];
  const above = from.lastIndexOf('/node_modules/');
  return [...inside, ...(above > 0 ? candidates(from.slice(0, above), name) : [`node_modules/${name}`])];
}

/**
 * Names under `optionalDependencies` that the lock does not hold. Registries that lack a platform's binary make npm write
 * such locks, and `npm ci` then refuses them on that platform.
 */
export function missingOptionals(lock) {
  return Object.entries(lock.packages).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter((name) => !candidates(path, name).some((place) => lock.packages[place]))
      .map((name) => `${path || 'package.json'} wants ${name} (optional), which the lock does not hold`));
}

/** Packages that come from anywhere but a registry, and addresses of a registry: a lock must work with whichever npm is set to. */
export function foreignSources(lock) {
  return Object.entries(lock.packages).flatMap(([path, entry]) => {
    if (entry.link || !path.includes('node_modules/')) return [];
    if (entry.resolved !== undefined) return [`${path} is bound to ${entry.resolved}`];
    return entry.integrity ? [] : [`${path} has no integrity hash`];
  });
}

const GROUPS = ['dependencies', 'devDependencies', 'optionalDependencies'];

/** Versions in our own package.json files that are not exact: ranges, tags, addresses of git repositories or archives. */
export function looseVersions(manifests) {
  return Object.entries(manifests).flatMap(([file, manifest]) =>
    GROUPS.flatMap((group) => Object.entries(manifest[group] ?? {}))
      .filter(([, version]) => !ALLOWED_SPEC.test(version))
      .map(([name, version]) => `${file}: ${name} is ${version}, not an exact version`));
}
