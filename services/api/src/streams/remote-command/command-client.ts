import type { ChannelWriter } from '@gantry/stream-protocols';

/** Which streams a client wants. */
export interface WantedStreams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** `metav1.Status` of how a command ended. */
export interface Outcome {
  readonly status: string;
  readonly message?: string;
}

/** A client of exec or attach, whatever it speaks. */
export interface CommandClient {
  /** Carries what the client sends; resolves at the end of it, rejects when the client broke off. */
  sendTo(writer: ChannelWriter): Promise<void>;
  /** Resolves when the client takes more. */
  write(channel: number, data: Uint8Array): Promise<void>;
  /** Says how it ended, behind all that was written, and closes. */
  finish(outcome: Outcome): Promise<void>;
  /** Resolves when the client is gone. */
  readonly closed: Promise<unknown>;
}

/** What older protocols carry of an outcome: the text of a failure. */
export function outcomeText({ status, message = '' }: Outcome): string {
  return status === 'Success' ? '' : message;
}
