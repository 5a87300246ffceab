import { createRequire, registerHooks } from 'node:module';
import type DockerClient from 'dockerode';

/**
 * What the engine's client loads for building images and for engines behind SSH. Nothing here does either; without them a process holds some
 * 10 MB less (measured), and there is one a node.
 */
const UNUSED: ReadonlySet<string> = new Set(['@grpc/grpc-js', '@grpc/proto-loader', 'ssh2', './buildkit']);
const CLIENT = /\/node_modules\/(dockerode|docker-modem)\//;

registerHooks({
  resolve: (specifier, context, next) => {
    const isUnused = UNUSED.has(specifier) && CLIENT.test(context.parentURL ?? '');
    return isUnused ? { url: 'node:events', format: 'builtin', shortCircuit: true } : next(specifier, context);
  },
});

/** The client, loaded behind the hooks: an import would be before them. */
export const Docker = createRequire(import.meta.url)('dockerode') as typeof DockerClient;
