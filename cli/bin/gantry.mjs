#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Compiled code is kept from one start to the next, which saves much of a start's time. Child processes find it by the environment.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../../node_modules/.cache/gantry-compile', import.meta.url));
enableCompileCache(process.env.NODE_COMPILE_CACHE);
await import('../dist/main.js');
