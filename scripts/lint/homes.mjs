/**
 * The homes of external clients: a package on the left may be imported only from the files on the right (globs from the
 * top). Who needs one elsewhere asks its home for a function.
 */
export const HOMES = [
  { packages: /^(pg|pg-.*|typeorm)$/, files: ['services/store/src/**', 'cluster/src/postgres/**', 'e2e/src/**', 'bench/src/**', 'chaos/src/{plane,planted}/**'] },
  { packages: /^(nats|@nats-io\/.*)$/, files: ['libs/bus/src/**'] },
  { packages: /^dockerode$/, files: ['libs/container-runtime/src/docker/**'] },
  { packages: /^@nestjs\/.*$/, files: ['libs/platform/src/**', '**/main.ts', '**/*.module.ts', '**/*.endpoints.ts'] },
];
