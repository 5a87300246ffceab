import { inspect } from 'node:util';

const { Agent } = process.getBuiltinModule('node:http');

/**
 * An agent that says little of itself. The engine's client makes a text of every request's options, the agent with all its
 * sockets included, whether or not anyone reads it: with 20 connections that was most of what a node computed (measured).
 */
export class QuietAgent extends Agent {
  [inspect.custom](): string {
    return 'Agent';
  }
}
