const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Reads a quantity as Kubernetes writes it: `250m`, `64Mi`, `1e3` (its API conventions). Undefined for anything else. */
export function parseQuantity(text: string): number | undefined {
  const groups = /^(?<number>[+-]?\d+(\.\d*)?([eE][+-]?\d+)?)(?<unit>[a-zA-Z]*)$/.exec(text)?.groups;
  const factor = groups && factors[groups.unit ?? ''];
  return groups === undefined || factor === undefined ? undefined : Number(groups.number) * factor;
}
