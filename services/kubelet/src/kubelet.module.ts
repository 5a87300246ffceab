import { RunningPartModule } from '@gantry/platform/nest';
import { Module, type DynamicModule } from '@nestjs/common';
import { startKubelet } from './kubelet.js';
import type { KubeletOptions } from './options.js';

export interface KubeletModuleOptions extends KubeletOptions {
  /** Asked when the application closes: end the pods' containers with their grace, or leave them to the next kubelet. */
  readonly endPods: () => boolean;
}

/** The kubelet as a Nest module: started and its node registered when constructed, stopped when its application closes. */
@Module({})
export class KubeletModule {
  static register(options: KubeletModuleOptions): DynamicModule {
    const part = RunningPartModule.register(async () => {
      const kubelet = await startKubelet(options);
      await kubelet.ready;
      return { stop: () => kubelet.stop({ endPods: options.endPods() }) };
    });
    return { module: KubeletModule, imports: [part], exports: [part] };
  }
}
