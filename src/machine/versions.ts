/** Whether a version of two numbers, `1.41`, with or without more behind them, comes before another. */
export function isOlder(version: string, than: string): boolean {
  const [major, minor] = numbersOf(version);
  const [otherMajor, otherMinor] = numbersOf(than);
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}

function numbersOf(version: string): readonly [number, number] {
  const [major = 0, minor = 0] = version.split('.').map((number) => Number.parseInt(number, 10));
  return [major, minor];
}
