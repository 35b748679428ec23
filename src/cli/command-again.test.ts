import { describe, expect, it } from 'vitest';
import type { LoadProfile } from '../model/load-profile.ts';
import { burstLoad, closedLoad, openLoad } from '../worker/testing/jobs.ts';
import { conditionsOf } from './command-again.ts';

const again = 'scale-lab run herd --variant lock --replicas 1,2';
const closed = closedLoad();
const stages = [{ fromPerSecond: 10, toPerSecond: 200, durationMs: 1000 }];

describe('conditionsOf', () => {
  it('takes what another command on the same scenario has to be told, as a shell reads it', () => {
    const args = ['run', '--allow-remote', 'herd', '--file', 'my files.yaml', '--platform=docker', '--rounds', '3'];
    expect(conditionsOf(args, again, closed)).toEqual([
      '--allow-remote',
      '--file',
      "'my files.yaml'",
      '--platform=docker',
    ]);
  });

  const loads = ['--connections', '40', '--rate', '200/s', '--duration=60s', '--warmup', '1s', '--workers', '2'];
  const told = (load: LoadProfile, command = again) => conditionsOf(['run', 'herd', ...loads, '--json'], command, load);

  it('takes of the load what that of the trial takes', () => {
    expect(told(openLoad({ connections: 40 }))).toEqual(loads);
    expect(told(openLoad({ connections: 8, stages }))).toEqual(loads.slice(4));
    expect(told(closed)).toEqual(loads.slice(4));
    expect(told(burstLoad())).toEqual(['--workers', '2']);
  });

  it('hands no times and no rate to a search, to which they mean those of its probes', () => {
    const search = "scale-lab max-rps herd --variant lock --slo 'p99 < 50ms'";
    expect(told(openLoad({ connections: 40 }), search)).toEqual(['--connections', '40', '--workers', '2']);
  });
});
