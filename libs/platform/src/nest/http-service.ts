import 'reflect-metadata';
import type { Logger } from '@gantry/async';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { nestLogger } from './service.js';

/** A Nest application that listens on every address. Port 0: any. */
export async function startHttpService(module: DynamicModule, port: number, logger: Logger): Promise<{ readonly port: number; close(): Promise<void> }> {
  const application = await NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(), { logger: nestLogger(logger), abortOnError: false });
  await application.listen(port, '0.0.0.0');
  const address = application.getHttpServer().address();
  return { port: typeof address === 'object' && address !== null ? address.port : port, close: () => application.close() };
}
