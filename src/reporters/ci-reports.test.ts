import { parse } from 'csv-parse/sync';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { measurement, trialRecord } from '../../test/fakes/records.ts';
import { runRecord } from '../../test/fakes/run-record.ts';
import { shopTrial } from '../../test/fakes/shop-record.ts';
import type { RunRecord } from '../record/run-record.ts';
import { csvReport } from './csv.ts';
import { githubReport } from './github.ts';
import { openReporter } from './index.ts';

const screen = { columns: 80, color: false };
const [junit, comment] = await Promise.all([openReporter('junit'), openReporter('comment')]);
const junitReport = (record: RunRecord): string => junit(record, screen);
const commentReport = (record: RunRecord): string => comment(record, screen);

const verdicts: RunRecord['verdicts'] = [
  { scenario: 'herd', expectation: 'rps > 1', outcome: 'passed', reason: '2,000/s against 1/s' },
  {
    scenario: 'herd',
    expectation: 'p99 < 5ms & "more"',
    outcome: 'failed',
    reason: '9 ms, 80% above the limit: <too slow>',
  },
  { scenario: 'herd', expectation: 'p50 < 5ms', outcome: 'inconclusive', reason: 'too few | answers\nof all' },
];
const broken: Partial<RunRecord> = { status: 'interrupted', problem: 'SIGINT', verdicts: [] };

describe('JUnit', () => {
  const attributes = z.record(z.string(), z.unknown());
  const node = z.looseObject({ '@name': z.string() });
  const document = z.object({
    testsuites: attributes.and(
      z.object({ testsuite: z.array(attributes.and(z.object({ testcase: z.array(node).default([]) }))) }),
    ),
  });
  const read = (record: RunRecord) => {
    const isArray = (name: string): boolean => ['testsuite', 'testcase'].includes(name);
    const parser = new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: '@',
      isArray,
      parseAttributeValue: true,
    });
    return document.parse(parser.parse(junitReport(record))).testsuites;
  };

  it('has a case a claim, with its numbers; an inconclusive one is skipped', () => {
    const all = read(runRecord({ verdicts }, { leftOut: ['rps(other) > 1'] }));
    expect(all).toMatchObject({ '@tests': 4, '@failures': 1, '@errors': 0 });
    expect(all).not.toHaveProperty('@skipped');
    const [suite] = all.testsuite;
    expect(suite).toMatchObject({ '@name': 'herd', '@tests': 4, '@failures': 1, '@skipped': 2 });
    expect(suite?.testcase).toMatchObject([
      { '@name': 'rps > 1', '@classname': 'herd', 'system-out': '2,000/s against 1/s' },
      { '@name': 'p99 < 5ms & "more"', failure: { '@message': '9 ms, 80% above the limit: <too slow>' } },
      { '@name': 'p50 < 5ms', skipped: { '@message': expect.stringMatching(/^inconclusive: too few/) as string } },
      { '@name': 'rps(other) > 1', skipped: { '@message': expect.stringContaining('not judged') as string } },
    ]);
  });

  it('does not look as if nothing had been wrong with a run that was broken off', () => {
    const all = read(runRecord(broken));
    expect(all).toMatchObject({ '@errors': 1, '@failures': 0 });
    expect(all.testsuite[0]?.testcase[0]).toMatchObject({ '@name': 'the run', error: { '@type': 'interrupted' } });
  });

  it('gives each claim the time of the trials that it leans on', () => {
    const trials = [1, 2, 3].map((number) => {
      return trialRecord({ number, metrics: {}, measurement: measurement({ durationMs: number * 1000 }) });
    });
    const [verdict] = verdicts;
    if (verdict === undefined) throw new Error('there is no verdict');
    const some = [{ ...verdict, trials: [1, 3] }, verdict];
    const [suite] = read(runRecord({ trials, verdicts: some })).testsuite;
    expect(suite?.testcase.map((each) => each['@time'])).toEqual([4, 6]);
    expect(junitReport(runRecord({ trials, verdicts: some }))).toMatch(/<testcase [^>]*time="4.000"/);
  });

  it('tells of each variant how its answers were, by status', () => {
    const mixed = measurement({ statuses: { '200': 5, '503': 2 } });
    const trials = [trialRecord({ metrics: {} }), trialRecord({ metrics: {}, variant: 'lock', measurement: mixed })];
    const [suite] = read(runRecord({ trials, verdicts })).testsuite;
    expect(suite).toMatchObject({ 'system-out': 'answers of aside ×1: all 200\nanswers of lock ×1: 200: 5, 503: 2' });
  });

  it('has a case for a scenario that claims nothing, and for one that was not run', () => {
    const [ran] = read(runRecord({ trials: [trialRecord({ metrics: {} })], verdicts: [] })).testsuite;
    expect(ran).toMatchObject({ '@tests': 1, '@skipped': 0 });
    expect(ran?.testcase).toMatchObject([
      { '@name': 'ran', '@time': 10, 'system-out': expect.stringMatching(/^1 trial, /) as string },
    ]);
    const all = read(runRecord({ ...broken, trials: [] }));
    expect(all.testsuite.every(({ testcase }) => testcase.length > 0)).toBe(true);
    expect(all.testsuite[1]?.testcase).toMatchObject([{ '@name': 'ran', skipped: {} }]);
  });

  it('tells the first example of each kind of error', () => {
    const causes = [{ kind: 'status-5xx' as const, atMs: 1, request: 'POST /pay', status: 503, body: '<busy>' }];
    const trials = [trialRecord({ metrics: {}, measurement: measurement({ causes }) })];
    const line = 'first status-5xx: POST /pay: 503, "<busy>"';
    expect(read(runRecord({ verdicts, trials })).testsuite[0]).toMatchObject({ 'system-err': line });
    expect(githubReport(runRecord({ verdicts, trials })).split('\n')[0]).toBe(
      `::error title=herd%3A failed::p99 < 5ms & "more": 9 ms, 80%25 above the limit: <too slow>%0A${line}`,
    );
  });

  it('is XML whatever is in a text', () => {
    const [verdict] = verdicts;
    if (verdict === undefined) throw new Error('there is no verdict');
    const strange = { ...verdict, reason: 'a\u0000b\ud800c\u{1f600} ]]> <!--' };
    const [suite] = read(runRecord({ verdicts: [strange] })).testsuite;
    expect(suite?.testcase[0]).toMatchObject({ 'system-out': `a\\x00b\\u{d800}c\u{1f600} ]]> <!--` });
  });
});

describe('annotations for GitHub', () => {
  it('are an error a failed claim and a warning an inconclusive one, each in one line', () => {
    expect(githubReport(runRecord({ verdicts })).split('\n')).toEqual([
      '::error title=herd%3A failed::p99 < 5ms & "more": 9 ms, 80%25 above the limit: <too slow>',
      '::warning title=herd%3A inconclusive::p50 < 5ms: too few | answers%0Aof all',
      '::notice title=scale-lab run r1::1 passed, 1 failed, 1 inconclusive',
      '',
    ]);
  });

  it('tell how the answers were, by status', () => {
    const mixed = measurement({ statuses: { '200': 5, '503': 2 } });
    const trials = [trialRecord({ metrics: {} }), trialRecord({ metrics: {}, variant: 'lock', measurement: mixed })];
    expect(githubReport(runRecord({ trials, verdicts })).split('\n').at(-2)).toBe(
      '::notice title=scale-lab run r1::1 passed, 1 failed, 1 inconclusive' +
        '%0Aherd: answers of aside ×1: all 200%0Aherd: answers of lock ×1: 200: 5, 503: 2',
    );
  });

  it('say that a run was broken off', () => {
    expect(githubReport(runRecord(broken))).toMatch(/^::error title=scale-lab::Interrupted: .*no verdict/);
  });
});

describe('CSV', () => {
  it('has a row a metric of a trial, and says which are doubted', () => {
    const caveats = [{ kind: 'too-few-samples' as const, text: 'too few', doubts: ['p99'] }];
    const text = csvReport(runRecord({ trials: [trialRecord({ metrics: { rps: 2000.5, p99: 4 }, caveats })] }));
    const common = { run: 'r1', scenario: 'herd', variant: 'aside', replicas: '1', round: '1', trial: '1' };
    expect(parse(text, { columns: true })).toEqual([
      { ...common, metric: 'rps', value: '2000.5', unit: 'per-second', doubted: 'no', request: '' },
      { ...common, metric: 'p99', value: '4', unit: 'ms', doubted: 'yes', request: '' },
      { ...common, metric: 'responses(status=200)', value: '20000', unit: 'count', doubted: 'no', request: '' },
    ]);
  });

  it('has the same of each request, where the workload has several', () => {
    const rows: Record<string, string>[] = parse(csvReport(runRecord({ trials: [shopTrial()] })), { columns: true });
    const of = (request: string) =>
      rows.filter((row) => row.request === request).map(({ metric, value, doubted }) => [metric, value, doubted]);
    expect(of('POST /pay')).toEqual([
      ['errors', '50', 'no'],
      ['error_rate', '1', 'no'],
      ['responses(status=500)', '50', 'no'],
    ]);
    expect(of('GET /')).toContainEqual(['p99', '9', 'yes']);
    expect(of('')).toContainEqual(['responses(status=500)', '50', 'no']);
  });

  it('has what each service used, as claims name it', () => {
    const byService = [{ service: 'postgres', metrics: { cpu_per_request: 0.5, memory_end: 1024 } }];
    const trials = [trialRecord({ metrics: { memory_end: 2048 }, byService })];
    const rows: Record<string, string>[] = parse(csvReport(runRecord({ trials })), { columns: true });
    expect(rows.map(({ metric, value, unit }) => [metric, value, unit])).toEqual([
      ['memory_end', '2048', 'bytes'],
      ['responses(status=200)', '20000', 'count'],
      ['cpu_per_request(service=postgres)', '0.5', 'ms'],
      ['memory_end(service=postgres)', '1024', 'bytes'],
    ]);
  });

  it('keeps a name with commas and quotes whole, and no spreadsheet takes one for a formula', () => {
    const trials = ['a,"b"', '=1+1'].map((variant) => trialRecord({ variant, metrics: { rps: 1 } }));
    const rows: unknown = parse(csvReport(runRecord({ trials })), { columns: true });
    expect(rows).toMatchObject(['a,"b"', 'a,"b"', "'=1+1", "'=1+1"].map((variant) => ({ variant })));
  });
});

describe('a comment on a pull request', () => {
  it('begins with the line by which it is found, then the conclusion, then failures first', () => {
    const text = commentReport(runRecord({ verdicts }));
    expect(text.split('\n').slice(0, 3)).toEqual([
      '<!-- scale-lab -->',
      '',
      '### scale-lab: 1 passed, 1 failed, 1 inconclusive',
    ]);
    const rows = text.split('\n').filter((line) => line.startsWith('| ') && line.includes(' herd '));
    expect(rows.map((row) => /failed|inconclusive|passed/.exec(row)?.[0])).toEqual([
      'failed',
      'inconclusive',
      'passed',
    ]);
    // What would end a cell, or begin a tag, does not.
    expect(rows[0]).toContain('\\<too slow\\>');
    expect(rows[1]?.replaceAll('\\|', '').split('|')).toHaveLength(6);
  });

  it('says first that there is no verdict where the run was broken off', () => {
    expect(commentReport(runRecord(broken)).split('\n').slice(0, 6).join('\n')).toMatch(
      /### scale-lab: No verdict\.\n\n\*\*Interrupted: /,
    );
  });

  it('is no longer than GitHub takes', () => {
    const many = Array.from({ length: 2_000 }, (_, index) => ({
      scenario: 'herd',
      expectation: `p99 < ${index}ms`,
      outcome: 'failed' as const,
      reason: 'x'.repeat(100),
    }));
    const text = commentReport(runRecord({ verdicts: many }));
    expect(text.length).toBeLessThan(65_536);
    expect(text).toContain('The rest is in the report of the run.');
    expect(text).toMatch(/<\/details>\n$/);
  });
});
