import type { FaultRates } from '@gantry/testkit';

/** What joins the processes of a run, and what can be done to it. */
export interface Carrier {
  readonly name: 'socket' | 'nats';
  /** What a process is told. */
  readonly environment: Readonly<Record<string, string>>;
  /** Messages that were struck one by one. */
  readonly struck: number;
  /** Strikes single messages, until `heal`; false where this carrier cannot. */
  strike(rates: readonly FaultRates[]): boolean;
  /** All connections break, and there are none until `heal`. */
  cut(): void;
  /** Nothing passes and nobody is told, until `heal`; false where this carrier cannot. */
  freeze(): boolean;
  heal(): void;
  /** The kept messages of the watch stream are gone. */
  purge(): Promise<void>;
  stop(): Promise<void>;
}
