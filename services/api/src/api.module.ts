import { RunningPartModule } from '@gantry/platform/nest';
import { Module, type DynamicModule } from '@nestjs/common';
import { startApi } from './start-api.js';
import type { ApiOptions } from './options.js';

/** The api service as a Nest module: started when constructed, stopped gracefully when its application closes. */
@Module({})
export class ApiModule {
  static register(options: ApiOptions): DynamicModule {
    const part = RunningPartModule.register(async () => startApi(options));
    return { module: ApiModule, imports: [part], exports: [part] };
  }
}
