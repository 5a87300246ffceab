import { RunningPartModule } from '@gantry/platform/nest';
import { Module, type DynamicModule } from '@nestjs/common';
import { startScheduler } from './start-scheduler.js';
import type { SchedulerOptions } from './start-scheduler.js';

/** The scheduler service as a Nest module: started when constructed, stopped gracefully when its application closes. */
@Module({})
export class SchedulerModule {
  static register(options: SchedulerOptions): DynamicModule {
    const part = RunningPartModule.register(async () => startScheduler(options));
    return { module: SchedulerModule, imports: [part], exports: [part] };
  }
}
