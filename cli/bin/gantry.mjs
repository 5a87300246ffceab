#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { packedProgram } from './packed.mjs';

// Compiled code is kept from one start to the next, which saves much of a start's time. Child processes find it by the environment.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../../node_modules/.cache/gantry-compile', import.meta.url));
enableCompileCache(process.env.NODE_COMPILE_CACHE);
const packed = packedProgram('gantry');
await import(packed === undefined ? '../dist/main.js' : pathToFileURL(packed).href);
