import type { ClientBase } from 'pg';

/** A connection that was taken and has to be given back, once. */
export interface Lease {
  readonly client: ClientBase;
  /** A broken connection is closed instead of used again. */
  giveBack(broken: Error | undefined): void;
}

/** Where connections come from. */
export interface ConnectionSource {
  /** How many may be out at once. */
  readonly size: number;
  /** Whether a connection is used again, and is the same one to PostgreSQL, so that planning a statement on it pays. */
  readonly reuses: boolean;
  take(): Promise<Lease>;
  end(): Promise<void>;
}
