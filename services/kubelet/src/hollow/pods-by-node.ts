import type { coreV1 } from '@gantry/api-types';
import type { Informer } from '@gantry/informer';
import type { PodCache } from '../pods/pod-source.js';

type Handler = Parameters<PodCache['addHandler']>[0];

const BY_NODE = 'node';

/** The pods of many nodes from one cache of all pods: an event reaches the kubelet that it is for, and no other. */
export class PodsByNode {
  readonly #handlers = new Map<string, Handler>();
  readonly #detach: () => void;

  constructor(private readonly informer: Informer<coreV1.Pod>) {
    informer.addIndexes({ [BY_NODE]: ({ spec }) => (spec?.nodeName ? [spec.nodeName] : []) });
    this.#detach = informer.addHandler({
      add: (pod, initial) => this.#handlerOf(pod)?.add?.(pod, initial),
      update: (pod, old) => this.#handlerOf(pod)?.update?.(pod, old),
      delete: (pod, known) => this.#handlerOf(pod)?.delete?.(pod, known),
    });
  }

  /** One node's, for its kubelet alone. */
  of(nodeName: string): PodCache {
    const { informer } = this;
    const own = (pod: coreV1.Pod | undefined): coreV1.Pod | undefined => (pod?.spec?.nodeName === nodeName ? pod : undefined);
    return {
      lister: {
        list: () => informer.lister.byIndex(BY_NODE, nodeName),
        get: (name, namespace) => own(informer.lister.get(name, namespace)),
        byIndex: (index, value) => informer.lister.byIndex(index, value).filter((pod) => own(pod) !== undefined),
      },
      addIndexes: (indexes) => informer.addIndexes(indexes),
      addHandler: (handler) => {
        this.#handlers.set(nodeName, handler);
        for (const pod of informer.lister.byIndex(BY_NODE, nodeName)) handler.add?.(pod, true);
        return () => this.#handlers.delete(nodeName);
      },
      start: () => undefined,
      waitForSync: (signal) => informer.waitForSync(signal),
      stop: () => Promise.resolve(void this.#handlers.delete(nodeName)),
    };
  }

  close(): void {
    this.#detach();
  }

  #handlerOf(pod: coreV1.Pod): Handler | undefined {
    return this.#handlers.get(pod.spec?.nodeName ?? '');
  }
}
