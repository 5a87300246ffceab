import { registerHooks } from 'node:module';

/**
 * What the engine's client loads for building images and for engines behind SSH. A node does neither; without them it holds some 10 MB
 * less (measured), and there is one such process a node. Imported before everything else.
 */
const UNUSED: ReadonlySet<string> = new Set(['@grpc/grpc-js', '@grpc/proto-loader', 'ssh2']);

registerHooks({
  resolve: (specifier, context, next) => {
    const ofBuilds = specifier === './buildkit' && context.parentURL?.includes('/dockerode/') === true;
    return UNUSED.has(specifier) || ofBuilds ? { url: 'node:events', format: 'builtin', shortCircuit: true } : next(specifier, context);
  },
});
