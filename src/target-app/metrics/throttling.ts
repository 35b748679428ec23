import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Counter, type Registry } from 'prom-client';

/** Where Linux tells a container of its own control group. */
const CGROUPS = '/sys/fs/cgroup';

/** How a version of control groups tells the limit of processor time, and the time that it cost. */
interface Form {
  readonly folder: string;
  readonly limit: string;
  /** What the file of the limit holds where there is one. */
  readonly limited: RegExp;
  readonly throttled: RegExp;
  readonly perSecond: number;
}

const V2: Form = {
  folder: '',
  limit: 'cpu.max',
  limited: /^\d/, // without a limit it is "max 100000"
  throttled: /^throttled_usec (\d+)$/m,
  perSecond: 1e6,
};
const V1: Form = {
  folder: 'cpu',
  limit: 'cpu.cfs_quota_us',
  limited: /^[1-9]/, // without a limit it is -1
  throttled: /^throttled_time (\d+)$/m,
  perSecond: 1e9,
};
const FORMS = [V2, V1, { ...V1, folder: 'cpu,cpuacct' }];

/**
 * Adds to a scrape how long the container was kept from the processor by its limit. Where there is no limit, or nothing that
 * tells of it, the metric is left out.
 */
export function watchThrottling(registry: Registry, cgroups: string = CGROUPS): void {
  const read = throttledIn(cgroups);
  if (read === undefined) return;
  let before = 0;
  new Counter({
    name: 'container_cpu_throttled_seconds_total',
    help: 'Time in which the container was kept from the processor by its limit, summed over processors.',
    registers: [registry],
    collect() {
      const now = read() ?? before;
      this.inc(Math.max(0, now - before));
      before = now;
    },
  });
}

/** What reads the seconds; undefined where there is nothing to read. */
function throttledIn(cgroups: string): (() => number | undefined) | undefined {
  for (const { folder, limit, limited, throttled, perSecond } of FORMS) {
    const text = (file: string): string => contents(join(cgroups, folder, file));
    const read = (): number | undefined => {
      const count = throttled.exec(text('cpu.stat'))?.[1];
      return count === undefined ? undefined : Number(count) / perSecond;
    };
    if (limited.test(text(limit)) && read() !== undefined) return read;
  }
  return undefined;
}

/** Read at once and not later: the kernel answers from its memory. Nothing where it cannot be read. */
function contents(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
