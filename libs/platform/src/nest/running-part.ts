import 'reflect-metadata';
import { Inject, Module, type BeforeApplicationShutdown, type DynamicModule } from '@nestjs/common';

/** A started part of the cluster, as every `startX` function returns it. */
export interface Stoppable {
  stop(): Promise<void>;
}

/** Token of the started part inside its module. */
export const RUNNING_PART = Symbol('RUNNING_PART');

/**
 * The module of a service whose work is one started part: Nest constructs it (an asynchronous provider), exports it, and
 * stops it when the application closes.
 */
@Module({})
export class RunningPartModule implements BeforeApplicationShutdown {
  constructor(@Inject(RUNNING_PART) private readonly part: Stoppable) {}

  /** `start` runs once, when Nest constructs the module. */
  static register(start: () => Promise<Stoppable>): DynamicModule {
    return { module: RunningPartModule, providers: [{ provide: RUNNING_PART, useFactory: start }], exports: [RUNNING_PART] };
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.part.stop();
  }
}
