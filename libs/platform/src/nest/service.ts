import 'reflect-metadata';
import type { Logger } from '@gantry/async';
import type { DynamicModule, INestApplicationContext, LoggerService, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

/** A running service: its Nest context, constructed and bootstrapped. */
export interface ServiceApplication {
  get<T>(token: string | symbol | Type<T>): T;
  /** Runs the shutdown hooks of its modules: the service stops gracefully. Idempotent. */
  close(): Promise<void>;
}

/**
 * Constructs a service from its root module. Errors in construction reject here; nothing ends the process and no signal
 * handler is installed: that is the business of `main.ts`.
 */
export async function startService(module: DynamicModule | Type<unknown>, logger: Logger): Promise<ServiceApplication> {
  const context = await NestFactory.createApplicationContext(module, { logger: nestLogger(logger), abortOnError: false });
  return { get: (token) => context.get(token), close: onceOnly(context) };
}

function onceOnly(context: INestApplicationContext): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () => (closing ??= context.close());
}

/** Nest's own lines: what it does at construction is detail, its warnings and errors are ours. */
export function nestLogger(logger: Logger): LoggerService {
  const debug = (message: unknown): void => logger.debug({}, String(message));
  return {
    log: debug,
    debug,
    verbose: debug,
    warn: (message: unknown) => logger.warn({}, String(message)),
    error: (message: unknown, ...details: unknown[]) => logger.error({ details }, String(message)),
    fatal: (message: unknown) => logger.error({}, String(message)),
  };
}
