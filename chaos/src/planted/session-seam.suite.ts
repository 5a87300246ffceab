import pg from 'pg';

/** A statement that is about to be run on a session, and how to run it. */
export interface SessionCall {
  readonly session: pg.Client;
  readonly name: string;
  readonly text: string;
  run(text?: string): Promise<pg.QueryResult>;
}

interface NamedQuery {
  readonly name?: string;
  readonly text: string;
}

/** Stands between every Postgres session of this process and its server while `use` runs. */
export async function withSessions<T>(decorate: (call: SessionCall) => Promise<pg.QueryResult>, use: () => Promise<T>): Promise<T> {
  const original = pg.Client.prototype.query as (this: pg.Client, ...args: unknown[]) => unknown;
  function query(this: pg.Client, ...args: unknown[]): unknown {
    const [config] = args as [NamedQuery];
    if (typeof config !== 'object' || config.name === undefined) return original.apply(this, args);
    const [, ...others] = args;
    if (others.some((other) => typeof other === 'function')) return original.apply(this, args);
    return decorate({ session: this, name: config.name, text: config.text, run: (text = config.text) => original.call(this, { ...config, text, ...(text === config.text ? {} : { name: `planted-${config.name}` }) }) as Promise<pg.QueryResult> });
  }
  pg.Client.prototype.query = query as typeof pg.Client.prototype.query;
  try {
    return await use();
  } finally {
    pg.Client.prototype.query = original as typeof pg.Client.prototype.query;
  }
}
