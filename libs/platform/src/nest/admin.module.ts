import 'reflect-metadata';
import { Controller, Get, Header, Inject, Module, Res, type DynamicModule } from '@nestjs/common';
import type { Metrics } from '../metrics/index.js';

/** One thing that must be so for a process to be of use. */
export interface HealthCheck {
  readonly name: string;
  /** Undefined when all is well, else what is not. */
  readonly check: () => string | undefined;
}

export interface AdminOptions {
  readonly metrics: Metrics;
  /** What `/readyz` asks. Asked for each time: the parts that it asks may come later. */
  readonly checks: () => readonly HealthCheck[];
}

/** The part of the HTTP server's reply that a check uses. */
interface StatusReply {
  status(code: number): unknown;
}

const OPTIONS = Symbol('ADMIN_OPTIONS');

/** `/livez` answers for as long as the process turns; `/readyz` says check by check what is missing, 503 when something is. */
@Controller()
class HealthController {
  constructor(@Inject(OPTIONS) private readonly options: AdminOptions) {}

  @Get('livez')
  @Header('content-type', 'text/plain; charset=utf-8')
  live(): string {
    return 'ok';
  }

  @Get('readyz')
  @Header('content-type', 'text/plain; charset=utf-8')
  ready(@Res({ passthrough: true }) reply: StatusReply): string {
    const results = this.options.checks().map(({ name, check }) => ({ name, problem: check() }));
    const lines = results.map(({ name, problem }) => (problem === undefined ? `[+]${name} ok` : `[-]${name} failed: ${problem}`));
    const failed = results.some(({ problem }) => problem !== undefined);
    if (failed) reply.status(503);
    return [...lines, `readyz check ${failed ? 'failed' : 'passed'}`, ''].join('\n');
  }
}

@Controller()
class MetricsController {
  constructor(@Inject(OPTIONS) private readonly options: AdminOptions) {}

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  read(): Promise<string> {
    return this.options.metrics.text();
  }
}

/** The same answers as numbers, under upstream's name: what a rule can watch. */
function measureChecks({ metrics, checks }: AdminOptions): void {
  metrics.gaugeOf({ name: 'kubernetes_healthcheck', help: '1 while the check is content.', labels: ['name', 'type'] }, () => checks().map(({ name, check }) => ({ labels: { name, type: 'readyz' }, value: Number(check() === undefined) })));
}

/** Health and metrics of a process, for whoever looks after it. */
@Module({})
export class AdminModule {
  static register(options: AdminOptions): DynamicModule {
    measureChecks(options);
    return { module: AdminModule, controllers: [HealthController, MetricsController], providers: [{ provide: OPTIONS, useValue: options }] };
  }
}
