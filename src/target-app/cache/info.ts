/** The numbers in an answer to Redis' INFO command, by name. */
export function numbersIn(info: string): ReadonlyMap<string, number> {
  const lines = info.matchAll(/^(\w+):(\d+(?:\.\d+)?)\r?$/gm);
  return new Map(Array.from(lines, ([, name = '', value]) => [name, Number(value)]));
}
