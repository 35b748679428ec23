/** Why there was no connection: ours to wait for, or PostgreSQL's to give. */
export const refusalReasons = ['queue-full', 'timeout', 'too-many-clients'] as const;

/** One of {@link refusalReasons}. */
export type RefusalReason = (typeof refusalReasons)[number];

/** Too much is asked of the database right now; the same request may succeed later. */
export class ConnectionRefusal extends Error {
  override readonly name = 'ConnectionRefusal';
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, options?: ErrorOptions) {
    super(`no database connection: ${reason}`, options);
    this.reason = reason;
  }

  /** Recognises the errors that mean a refusal; all others are faults. */
  static from(error: unknown): ConnectionRefusal | undefined {
    if (error instanceof ConnectionRefusal) return error;
    if (!(error instanceof Error)) return undefined;
    // 53300, too_many_connections: max_connections is reached.
    if ('code' in error && error.code === '53300') return new ConnectionRefusal('too-many-clients', { cause: error });
    // pg gives its own time-outs no code, only one of three messages.
    if (/time-?out/i.test(error.message)) return new ConnectionRefusal('timeout', { cause: error });
    return undefined;
  }
}
