import type { Container } from '../pods/pod.js';
import type { Probe, ProbeType } from './probe-state.js';

export interface ProbeRequest {
  readonly type: ProbeType;
  readonly spec: Probe;
  readonly container: Container;
  readonly containerId: string;
  readonly podIp: string;
}

/** `warning` is a success that is worth an event. */
export interface ProbeAnswer {
  readonly result: 'success' | 'warning' | 'failure';
  /** What the event about it says. */
  readonly output: string;
}

/** Asks a container once, within the probe's timeout. Rejects where nothing could be asked, which says nothing about the container. */
export type AskProbe = (request: ProbeRequest) => Promise<ProbeAnswer>;

/** Bytes of an answer that are read. */
export const LONGEST_OUTPUT = 10 * 1024;
