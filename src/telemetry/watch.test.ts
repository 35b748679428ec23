import { expect, it } from 'vitest';
import { TelemetryWatch } from './watch.ts';

const { signal } = new AbortController();

/** What is left after the load, sample by sample; the last for ever. @param awaySamples for so many of them something is away */
async function atTheEnd(values: number[], awaySamples = 0): Promise<number | undefined> {
  let away = awaySamples;
  const said = (): string => {
    const value = (values.length > 1 ? values.shift() : values[0]) ?? 0;
    return `# TYPE notifications_outstanding gauge\nnotifications_outstanding ${value}\n`;
  };
  const system = {
    scrape: () => Promise.resolve([]),
    scrapeBackends: () => Promise.resolve({ replica: 'backends', text: said() }),
  };
  await using watch = new TelemetryWatch(system, { replicas: false, beside: [] }, signal);
  await watch.start(false);
  return (await watch.stop(signal, () => away-- <= 0)).backends?.gauges.notifications_outstanding;
}

it('waits for what the load has left behind as long as it gets less', { timeout: 20_000 }, async () => {
  expect(await atTheEnd([9, 8, 3, 0])).toBe(0);
});

it('does not wait for what is lost', { timeout: 30_000 }, async () => {
  expect(await atTheEnd([9, 8, 3])).toBe(3);
});

it('waits for what may come back, however long nothing gets less', { timeout: 30_000 }, async () => {
  expect(await atTheEnd([9, 9, 9, 9, 9, 9, 9, 9, 0], 7)).toBe(0);
});
