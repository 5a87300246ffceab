import type { coreV1 } from '@gantry/api-types';
import { backoffDelay, Semaphore } from '@gantry/async';
import type { Clock } from '@gantry/async';
import type { ContainerRuntime, Image } from '@gantry/container-runtime';
import { RuntimeError } from '@gantry/container-runtime';
import type { EventContent } from '@gantry/controller';
import { goDuration } from '../pods/duration.js';
import type { Container, Pod } from '../pods/pod.js';
import { identityOf } from '../pods/pod.js';
import type { WaitingReason } from '../status/container-status.js';
import { normalizedImage } from './image-name.js';
import { credentialsFor } from './pull-credentials.js';

/** Milliseconds between failed pulls of one image for one pod. */
const PULL_BACKOFF = { initial: 10_000, cap: 300_000 };
/** Milliseconds for which a failure is shown as itself before it is shown as a back-off. */
const SHOWN_AS_ERROR = 1000;

/** Where a container's image stands; `wakeAt` in milliseconds since the epoch. */
export type ImageState =
  | { readonly state: 'present'; readonly name: string; readonly image: Image }
  /** A pull is under way. */
  | { readonly state: 'pulling' }
  | { readonly state: 'failed'; readonly waiting: WaitingReason; readonly wakeAt?: number };

export interface ImagePullerOptions {
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  readonly event: (pod: Pod, container: string, content: EventContent) => void;
  /** The pod's pull secrets, those that are there. */
  readonly pullSecrets: (pod: Pod) => Promise<readonly coreV1.Secret[]>;
  /** Pulls at once, of all pods; 1: one after another. */
  readonly parallelPulls: number;
  /** A pull for this pod has ended, well or not. */
  readonly settled: (podUid: string) => void;
}

export interface ImagePuller {
  /** Looks, and starts a pull in the background where policy and back-off allow one. `startKey` names the start: a policy of Always pulls once for each. */
  ensure(pod: Pod, container: Container, startKey: string): Promise<ImageState>;
  forget(podUid: string): void;
}

interface Attempt {
  state: 'pulling' | 'pulled' | 'failed';
  failures: number;
  error: string;
  failedAt: number;
  retryAt: number;
  /** Which events of this failure were written: a look at a pod must not write one each time. */
  readonly told: Set<string>;
  startKey: string;
}

export function createImagePuller(options: ImagePullerOptions): ImagePuller {
  const attempts = new Map<string, Map<string, Attempt>>();
  const turns = new Semaphore(options.parallelPulls);
  return {
    async ensure(pod, container, startKey) {
      const name = normalizedImage(container.image ?? '');
      if (name === undefined) return invalidName(options, pod, container);
      const { uid } = identityOf(pod);
      const ofPod = attempts.get(uid) ?? new Map<string, Attempt>();
      attempts.set(uid, ofPod);
      return new Step(options, turns, pod, container, name, startKey, ofPod).run();
    },
    forget: (podUid) => void attempts.delete(podUid),
  };
}

function invalidName(options: ImagePullerOptions, pod: Pod, container: Container): ImageState {
  const message = `Failed to apply default image tag "${container.image ?? ''}": couldn't parse image name "${container.image ?? ''}": invalid reference format`;
  options.event(pod, container.name, { type: 'Warning', reason: 'InspectFailed', message });
  options.event(pod, container.name, { type: 'Warning', reason: 'Failed', message: 'Error: InvalidImageName' });
  return { state: 'failed', waiting: { reason: 'InvalidImageName', message } };
}

/** One look at one container's image. */
class Step {
  constructor(
    private readonly options: ImagePullerOptions,
    private readonly turns: Semaphore,
    private readonly pod: Pod,
    private readonly container: Container,
    private readonly name: string,
    private readonly startKey: string,
    private readonly attempts: Map<string, Attempt>,
  ) {}

  async run(): Promise<ImageState> {
    if (this.attempt?.state === 'pulling') return { state: 'pulling' };
    const image = await this.options.runtime.imageStatus(this.name);
    const { attempt } = this;
    // Another container of the pod, which was looked at beside this one, has begun.
    if (attempt?.state === 'pulling') return { state: 'pulling' };
    if (image !== undefined && !this.mustPull(attempt)) return this.present(image, attempt);
    if (this.policy === 'Never') return this.neverPulled();
    if (attempt?.state === 'failed' && this.options.clock.now() < attempt.retryAt) return this.backingOff(attempt);
    this.pull(attempt);
    return { state: 'pulling' };
  }

  private get policy(): string {
    return this.container.imagePullPolicy ?? 'IfNotPresent';
  }

  /** Containers that need the image once share the attempt to get it; where each start pulls, each container has its own. */
  private get key(): string {
    return this.policy === 'Always' ? `${this.container.name} ${this.name}` : this.name;
  }

  private get attempt(): Attempt | undefined {
    return this.attempts.get(this.key);
  }

  private mustPull(attempt: Attempt | undefined): boolean {
    return this.policy === 'Always' && !(attempt?.state === 'pulled' && attempt.startKey === this.startKey);
  }

  private present(image: Image, attempt: Attempt | undefined): ImageState {
    if (attempt?.state !== 'pulled') this.tell('Normal', 'Pulled', `Container image "${this.container.image ?? ''}" already present on machine and can be accessed by the pod`);
    else this.attempts.delete(this.key);
    return { state: 'present', name: this.name, image };
  }

  private neverPulled(): ImageState {
    const message = `Container image "${this.container.image ?? ''}" is not present with pull policy of Never`;
    this.tell('Warning', 'ErrImageNeverPull', message);
    this.tell('Warning', 'Failed', 'Error: ErrImageNeverPull');
    return { state: 'failed', waiting: { reason: 'ErrImageNeverPull', message } };
  }

  private backingOff(attempt: Attempt): ImageState {
    const shownUntil = attempt.failedAt + SHOWN_AS_ERROR;
    if (this.options.clock.now() < shownUntil) {
      this.tellOnce(attempt, 'Warning', 'Failed', 'Error: ErrImagePull');
      return { state: 'failed', waiting: { reason: 'ErrImagePull', message: attempt.error }, wakeAt: shownUntil };
    }
    this.tellOnce(attempt, 'Normal', 'BackOff', `Back-off pulling image "${this.container.image ?? ''}"`);
    this.tellOnce(attempt, 'Warning', 'Failed', 'Error: ImagePullBackOff');
    const message = `Back-off pulling image "${this.container.image ?? ''}": ErrImagePull: ${attempt.error}`;
    return { state: 'failed', waiting: { reason: 'ImagePullBackOff', message }, wakeAt: attempt.retryAt };
  }

  private pull(before: Attempt | undefined): void {
    const attempt: Attempt = { state: 'pulling', failures: before?.failures ?? 0, error: '', failedAt: 0, retryAt: 0, told: new Set(), startKey: this.startKey };
    this.attempts.set(this.key, attempt);
    this.tell('Normal', 'Pulling', `Pulling image "${this.container.image ?? ''}"`);
    const asked = this.options.clock.monotonic();
    this.turns.run(() => this.fetch(), undefined)
      .then((took) => this.pulled(attempt, took, this.options.clock.monotonic() - asked), (error: unknown) => this.failed(attempt, error))
      .finally(() => this.options.settled(identityOf(this.pod).uid));
  }

  /** With each of the credentials that fit until one does; resolves to the milliseconds that it took. */
  private async fetch(): Promise<number> {
    const started = this.options.clock.monotonic();
    const fitting = credentialsFor(this.name, await this.options.pullSecrets(this.pod));
    const failures: unknown[] = [];
    for (const credentials of fitting.length === 0 ? [undefined] : fitting) {
      try {
        await this.options.runtime.pullImage(this.name, credentials);
        return this.options.clock.monotonic() - started;
      } catch (error) {
        failures.push(error);
      }
    }
    throw failures.length === 1 ? failures[0] : new RuntimeError('pull-failed', `[${failures.map(textOf).join(', ')}]`);
  }

  private async pulled(attempt: Attempt, took: number, withWaiting: number): Promise<void> {
    attempt.state = 'pulled';
    const image = await this.options.runtime.imageStatus(this.name).catch(() => undefined);
    const [alone, whole] = [took, withWaiting].map((milliseconds) => goDuration(Math.round(milliseconds)));
    this.tell('Normal', 'Pulled', `Successfully pulled image "${this.container.image ?? ''}" in ${alone} (${whole} including waiting). Image size: ${image?.size ?? 0} bytes.`);
  }

  private failed(attempt: Attempt, error: unknown): void {
    attempt.failures += 1;
    attempt.state = 'failed';
    attempt.error = textOf(error);
    attempt.failedAt = this.options.clock.now();
    attempt.retryAt = this.options.clock.now() + backoffDelay(PULL_BACKOFF, attempt.failures);
    this.tell('Warning', 'Failed', `Failed to pull image "${this.container.image ?? ''}": ${attempt.error}`);
  }

  private tellOnce(attempt: Attempt, type: 'Normal' | 'Warning', reason: string, message: string): void {
    if (attempt.told.has(message)) return;
    attempt.told.add(message);
    this.tell(type, reason, message);
  }

  private tell(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.options.event(this.pod, this.container.name, { type, reason, message });
  }
}

function textOf(error: unknown): string {
  return error instanceof RuntimeError ? error.message : String(error);
}
