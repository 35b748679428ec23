/** Environment variables; one without a value is as good as not there. */
export type Environment = Readonly<Record<string, string | undefined>>;

// The last two say where programs are that have no place of their own in PATH.
const kept = ['PATH', 'HOME', 'TZ', 'TMPDIR', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'JAVA_HOME', 'KAFKA_HOME'];

/** What a service inherits: enough to start, and nothing that changes how it behaves (NODE_OPTIONS, PGPORT and the like). */
export function inheritedEnvironment(environment: Environment): Readonly<Record<string, string>> {
  const inherited: Record<string, string> = { LC_ALL: 'C' };
  for (const name of kept) {
    const value = environment[name];
    if (value !== undefined) inherited[name] = value;
  }
  return inherited;
}
