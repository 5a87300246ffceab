import { FAILPOINTS, Failpoints, parseFailpoints, type Logger } from '@gantry/async';
import { createLogger, type LogLevel } from '../logging/logger.js';
import { createProcessMetrics, type Metrics } from '../metrics/index.js';
import type { HealthCheck } from '../nest/admin.module.js';
import { onShutdownSignal } from '../shutdown.js';
import { ConfigurationError, Environment } from './environment.js';

/** What a started service is to its process. */
export interface RunningService {
  readonly checks: readonly HealthCheck[];
  /** Graceful; the process gives it `stopMs`. */
  stop(): Promise<void>;
}

export interface ServiceContext {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Aborted when the process was told to end while the service still started. */
  readonly signal: AbortSignal;
}

export interface ServiceDefinition {
  /** `store`, `api`, …: the `component` of its log. */
  readonly name: string;
  readonly settings: ProcessSettings;
  /** Milliseconds that a stop may take; 25,000 unless given. */
  readonly stopMs?: number;
  start(context: ServiceContext): Promise<RunningService>;
}

/** What every process of a cluster is told by its environment. */
export interface ProcessSettings {
  readonly logLevel: LogLevel;
  /** Where health and metrics are served. */
  readonly adminPort: number;
  /** Armed by tests alone. */
  readonly failpoints: Failpoints;
}

const STOP_MS = 25_000;
const STARTING: readonly HealthCheck[] = [{ name: 'start', check: () => 'it starts' }];

/** `GANTRY_LOG_LEVEL` (info) and `GANTRY_ADMIN_PORT` (9090). In tests, `GANTRY_FAILPOINTS` as `parseFailpoints` reads it. */
export function readProcessSettings(environment: Environment): ProcessSettings {
  return {
    logLevel: environment.choice('GANTRY_LOG_LEVEL', ['debug', 'info', 'warn', 'error'], 'info'),
    adminPort: environment.integer('GANTRY_ADMIN_PORT', 9090, { from: 0, to: 65_535 }),
    failpoints: environment.parsed('GANTRY_FAILPOINTS', (text) => parseFailpoints(text, FAILPOINTS), new Failpoints()),
  };
}

/**
 * Runs one service as this process until it is told to end: 0 after a graceful stop, 1 when it could not start, failed or did not
 * stop in time, 2 when its configuration is wrong.
 */
export async function runServiceProcess(define: (environment: Environment) => ServiceDefinition): Promise<void> {
  const definition = configured(define);
  const logger = createLogger({ level: definition.settings.logLevel }).child({ component: definition.name });
  process.on('uncaughtException', (error) => end(logger, error, 'an error that nobody caught'));
  process.on('unhandledRejection', (error) => end(logger, error, 'a rejection that nobody caught'));
  try {
    await runUntilSignal(definition, logger);
  } catch (error) {
    end(logger, error, 'the service could not be started');
  }
}

function configured(define: (environment: Environment) => ServiceDefinition): ServiceDefinition {
  const environment = new Environment(process.env);
  try {
    const definition = define(environment);
    environment.check();
    return definition;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(2);
  }
}

async function runUntilSignal({ settings, stopMs = STOP_MS, start }: ServiceDefinition, logger: Logger): Promise<void> {
  const { startHttpService, AdminModule } = await import('../nest/http.js');
  const metrics = createProcessMetrics();
  const stopping = new AbortController();
  const running: { service?: RunningService } = {};
  const admin = await startHttpService(AdminModule.register({ metrics, checks: () => running.service?.checks ?? STARTING }), settings.adminPort, logger);
  const signalled = new Promise<void>((resolve) => {
    onShutdownSignal((signal) => {
      logger.info({ signal }, 'the service stops');
      setTimeout(() => end(logger, new Error(`no end after ${stopMs} ms`), 'the service did not stop in time'), stopMs).unref();
      stopping.abort();
      resolve();
    });
  });
  running.service = await start({ logger, metrics, signal: stopping.signal }).catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error;
    return undefined;
  });
  if (running.service !== undefined) {
    logger.info({ adminPort: admin.port }, 'the service runs');
    await signalled;
    await running.service.stop();
  }
  await admin.close();
  process.exit(0);
}

function end(logger: Logger, error: unknown, message: string): never {
  logger.error({ error }, message);
  return process.exit(1);
}
