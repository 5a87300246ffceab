// Lets a child process of a test run from source, as the test does: `node --import <this file> program.fixture.mjs`.
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    const options = { ...context, conditions: ['@gantry/source', ...(context.conditions ?? [])] };
    if (!/^\.{1,2}\/.*\.js$/.test(specifier) || context.parentURL?.includes('/node_modules/')) return next(specifier, options);
    try {
      return next(specifier.replace(/\.js$/, '.ts'), options);
    } catch {
      return next(specifier, options);
    }
  },
});
