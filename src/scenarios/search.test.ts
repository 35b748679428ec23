import { describe, expect, it } from 'vitest';
import { only, problemsOf, scenario, workload } from './testing/files.ts';
import { describeLoad } from './words/load-words.ts';

const loadOf = (load: string) => only(scenario(workload, `load: ${load}`)).load;
const slo = "slo: 'p99 < 50ms, error_rate < 0.1%'";

describe('a load that looks for a rate', () => {
  it('has a default for everything but its objective', () => {
    const load = loadOf(`{ find: max-rps, ${slo} }`);
    expect(load).toMatchObject({
      kind: 'search',
      probe: {
        kind: 'open',
        warmupMs: 1000,
        stages: [{ fromPerSecond: 100, toPerSecond: 100, durationMs: 3000 }],
        drainMs: 2000,
      },
      slo: [{ text: 'p99 < 50ms' }, { text: 'error_rate < 0.1%' }],
      confirmMs: 10_000,
      precision: 0.02,
      mostPerSecond: 200_000,
    });
    expect(describeLoad(load)).toBe(
      'the highest rate that keeps p99 < 50ms and error_rate < 0.1%, from 100/s on in probes of 3 s after 1 s of warm-up, ' +
        'confirmed for 10 s, known to 2%, evenly spaced, at most 100 connections',
    );
  });

  it('reads every key', () => {
    const own = 'rate: 500/s, most: 4000/s, precision: 1%, confirm: 20s, duration: 2s, warmup: 500ms, connections: 20';
    expect(loadOf(`{ find: max-rps, ${slo}, ${own} }`)).toMatchObject({
      probe: { warmupMs: 500, connections: 20, stages: [{ fromPerSecond: 500, durationMs: 2000 }] },
      confirmMs: 20_000,
      precision: 0.01,
      mostPerSecond: 4000,
    });
  });

  it.each([
    ['duration: 2s', { kind: 'search', probe: { stages: [{ fromPerSecond: 100, durationMs: 2000 }] } }],
    ['rate: 50/s', { kind: 'search', probe: { stages: [{ fromPerSecond: 50, durationMs: 3000 }] } }],
    ['precision: 5%', { kind: 'search', precision: 0.05, probe: { drainMs: 2000 } }],
    ['stages: [{ ramp: 9/s, for: 1s }]', { kind: 'open', stages: [{ fromPerSecond: 100, toPerSecond: 9 }] }],
    ['burst: 10', { kind: 'burst', size: 10 }],
    ['think: 1s', { kind: 'closed', warmupMs: 1000, durationMs: 3000 }],
  ])('becomes with %s another search, or another kind of load', (change, expected) => {
    const text = scenario(workload, `load: { ${change} }`);
    const defaults = `defaults: { load: { find: max-rps, ${slo} } }`;
    expect(only(text.replace('\n', `\n${defaults}\n`)).load).toMatchObject(expected);
  });

  it.each([
    ['{ find: max-rps }', 'a search needs an objective'],
    [`{ ${slo}, rate: 5/s }`, '"slo" is of a search for a rate'],
    [`{ find: max-rqs, ${slo} }`, 'did you mean "max-rps"?'],
    [`{ find: max-rps, ${slo}, stages: [{ ramp: 9/s, for: 1s }] }`, 'a search for a rate has no stages'],
    [
      `{ find: max-rps, ${slo}, rate: 500/s, most: 100/s }`,
      'a search that begins at 500/s cannot go from 1/s to 100/s',
    ],
    ["{ find: max-rps, slo: 'p99(lock) < 50ms' }", 'it names no variant'],
    ["{ find: max-rps, slo: 'max_rps > 5/s' }", 'max_rps is what is looked for'],
    [`{ find: max-rps, ${slo}, precision: 0.01% }`, 'the precision must be from 0.1% to 50%, not 0.01%'],
    ["{ find: max-rps, slo: '' }", 'the objective is empty'],
  ])('%s: %s', (load, words) => expect(problemsOf(scenario(workload, `load: ${load}`))).toContain(words));

  it('points at the part of the objective that is wrong', () => {
    const problems = problemsOf(scenario(workload, "load: { find: max-rps, slo: 'p99 < 50ms, eror_rate < 1%' }"));
    expect(problems).toContain('did you mean "error_rate"?');
    expect(problems).toContain(` ${'~'.repeat('eror_rate'.length)}\n`);
  });
});
