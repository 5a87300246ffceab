import { RunningPartModule } from '@gantry/platform/nest';
import { Module, type DynamicModule } from '@nestjs/common';
import { startStore } from './store.js';
import type { StoreOptions } from './store.js';

/** The store service as a Nest module: started when constructed, stopped gracefully when its application closes. */
@Module({})
export class StoreModule {
  static register(options: StoreOptions): DynamicModule {
    const part = RunningPartModule.register(async () => startStore(options));
    return { module: StoreModule, imports: [part], exports: [part] };
  }
}
