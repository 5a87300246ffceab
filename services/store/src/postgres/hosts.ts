/** One of the servers that a store may find its database at. */
export interface PostgresHost {
  /** A name, an address, or the folder of a unix socket. */
  readonly host: string;
  readonly port: number;
}
