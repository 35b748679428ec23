import { describe, expect, it } from 'vitest';
import { burstLoad, closedLoad, loadJob, openLoad } from '../testing/jobs.ts';
import { openFilesNow, ownLimits, shortageOf } from './own-limits.ts';

const urls = ['http://127.0.0.1:1'];
const closed = (connections: number) => loadJob({ urls, load: closedLoad({ connections }) });

describe('shortageOf', () => {
  it('takes connections, what is open, and a few files more', () => {
    expect(shortageOf(closed(300), { files: 256 }, 25)).toEqual({
      sentence: 'The generator may open 256 files, and 300 connections take 341.',
      hint: 'Raise ulimit -n, e.g. to 512, share the load with --workers, or ask for fewer connections.',
    });
    expect(shortageOf(closed(215), { files: 256 }, 25)).toBeUndefined();
    expect(shortageOf(closed(216), { files: 256 }, 25)).toBeDefined();
    const others = [openLoad({ connections: 300 }), burstLoad({ size: 300 })];
    for (const load of others) expect(shortageOf(loadJob({ urls, load }), { files: 256 }, 25)).toBeDefined();
  });

  it('takes a port for each connection to one address', () => {
    const two = { ...closed(2000), urls: ['http://127.0.0.1:1', 'http://127.0.0.1:2'] };
    expect(shortageOf(closed(1001), { ports: 1000 }, 25)?.sentence).toBe(
      'The generator has 1000 ports to connect from, and 1001 connections to one address need as many.',
    );
    expect(shortageOf(two, { ports: 1000 }, 25)).toBeUndefined();
  });

  it('says nothing where the machine tells nothing', () => {
    expect(shortageOf(closed(10_000), {}, 25)).toBeUndefined();
  });
});

describe.runIf(process.platform === 'linux')('ownLimits', () => {
  it('are those of this process', () => {
    const { files, ports } = ownLimits;
    expect(files).toBeGreaterThan(0);
    expect(ports).toBeGreaterThan(0);
    expect(openFilesNow()).toBeGreaterThan(3);
  });
});
