/** A member of what may be an object, for looking into parts that have no types. */
export function memberOf(owner: unknown, name: string | number): unknown {
  return typeof owner === 'object' && owner !== null ? Reflect.get(owner, name) : undefined;
}

/** Whether that member can be called. */
export function hasMethod(owner: unknown, name: string | number): boolean {
  return typeof memberOf(owner, name) === 'function';
}
