import { registerHooks } from 'node:module';

/**
 * What the engine's client loads for building images and for engines behind SSH. Nothing here does either; without them a process holds some
 * 10 MB less (measured), and there is one a node. Imported before the client.
 */
const UNUSED: ReadonlySet<string> = new Set(['@grpc/grpc-js', '@grpc/proto-loader', 'ssh2', './buildkit']);
const CLIENT = /\/node_modules\/(dockerode|docker-modem)\//;

registerHooks({
  resolve: (specifier, context, next) => {
    const isUnused = UNUSED.has(specifier) && CLIENT.test(context.parentURL ?? '');
    return isUnused ? { url: 'node:events', format: 'builtin', shortCircuit: true } : next(specifier, context);
  },
});
