import { RunningPartModule } from '@gantry/platform/nest';
import { Module, type DynamicModule } from '@nestjs/common';
import { startControllers } from './start-controllers.js';
import type { ControllersOptions } from './start-controllers.js';

/** The controllers service as a Nest module: started when constructed, stopped gracefully when its application closes. */
@Module({})
export class ControllersModule {
  static register(options: ControllersOptions): DynamicModule {
    const part = RunningPartModule.register(async () => startControllers(options));
    return { module: ControllersModule, imports: [part], exports: [part] };
  }
}
