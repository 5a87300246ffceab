/** What a run is. The same options and seed give the same choices; what the processes do meanwhile is their own. */
export interface ChaosOptions {
  readonly seconds: number;
  readonly seed: number;
  /** How the processes reach each other. Over the socket, single messages can be lost, doubled, swapped and late. */
  readonly carrier: 'socket' | 'nats';
  /** Clients that write and read; there is half as many watches. */
  readonly clients: number;
  readonly stores: number;
  readonly apis: number;
  /** Short freezes and pauses between faults, for a machine that others use too. */
  readonly isGentle: boolean;
  /** Given: nothing but the leader is harmed, this often, and the run ends with the last time. */
  readonly leaderKills: number;
  /** Says every fault, and what the processes print. */
  readonly isVerbose: boolean;
}

export const defaultChaosOptions = { seconds: 60, carrier: 'socket', clients: 8, stores: 2, apis: 2 } as const;
