import { stat } from 'node:fs/promises';
import path from 'node:path';
import axe from 'axe-core';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { RunRecord } from '../../src/record/run-record.ts';
import { openReporter } from '../../src/reporters/index.ts';
import { findChromium, isRequired, openChromium, openReport } from './browser.ts';
import { scaleLab } from './cli.ts';
import { Workbench } from './workbench.ts';

/** Something of everything that a report can show: variants, replicas, rounds, claims of which one fails, and a scaling law. */
const scenarios = `version: 1
scenarios:
  cache:
    question: Does a cache help, and do <b>replicas</b>?
    prediction: A cache does.
    workload: ['GET /todos/{todo}']
    keys: { todo: { zipf: 1.1, of: 100 } }
    load: { connections: 8, warmup: 300ms, duration: 2s }
    variants:
      none: { app: { cache: none } }
      aside: { app: { cache: { strategy: aside, ttl: 1s } } }
    replicas: [1, 2]
    rounds: 2
    evidence: [queries_per_request]
    expect: [error_rate == 0, queries_per_request(aside) < queries_per_request(none), p50 > 10s]
  users:
    question: How many users are too many?
    workload: ['GET /todos/{todo}']
    keys: { todo: { uniform: 100 } }
    app: { query-cost: 20ms, pool: 4 }
    load: { warmup: 200ms, duration: 1s }
    variants: { one: { load: { connections: 1 } }, four: { load: { connections: 4 } }, nine: { load: { connections: 9 } } }
`;

const browserPath = findChromium();
const problem = 'no Chromium is installed';
if (isRequired && browserPath === undefined) throw new Error(problem);

/** What is drawn on a canvas: the same picture has the same text. */
async function pictureOf(canvas: Locator): Promise<string> {
  await canvas.focus();
  return z.string().parse(await canvas.page().evaluate('document.activeElement.toDataURL()'));
}

async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const schema = z.object({
    violations: z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) })),
  });
  const found = schema.parse(await page.evaluate('axe.run()'));
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

describe('the HTML report in Chromium', { timeout: 180_000 }, () => {
  let bench: Workbench;
  let browser: Browser;
  let file: string;
  let record: RunRecord;

  beforeAll(async () => {
    if (browserPath === undefined) return;
    bench = await Workbench.create();
    await bench.write('scenarios.yaml', scenarios);
    const { code, err } = await scaleLab(['run', 'cache', 'users', '--save', 'html=report.html'], {
      cwd: bench.folder,
      env: bench.env,
    });
    // One of its claims cannot hold.
    expect(code, err).toBe(1);
    file = path.join(bench.folder, 'report.html');
    record = await bench.onlyRun();
    browser = await openChromium(browserPath);
  }, 180_000);
  beforeEach((context) => {
    if (browserPath === undefined) context.skip(problem);
  });
  afterAll(async () => {
    if (browserPath === undefined) return;
    await browser.close();
    await bench[Symbol.asyncDispose]();
  });

  it('renders a real run without a complaint, and asks the network for nothing', async () => {
    const { page, complaints, requests } = await openReport(browser, file);
    expect(await page.locator('canvas').count()).toBe(await page.locator('figure.chart').count());
    expect(await page.locator('figure.chart').count()).toBeGreaterThan(9);
    expect(await page.locator('h2').first().textContent()).toBe('Does a cache help, and do <b>replicas</b>?');
    // Which of them leads, if one does, is the machine's to say, and so is whether all requests had an answer at the end.
    expect(await page.locator('.answer').first().textContent()).toMatch(
      /^((aside|none).* leads? with .* )?(2 of 3 claims hold, 1 fails|1 of 3 claims holds, 1 fails, 1 cannot be told)\.$/,
    );
    for (const { measurement } of record.trials) expect(measurement.errors).toEqual({});
    expect(await page.locator('.verdicts .failed').count()).toBe(1);
    expect(await page.getByText('How one, four, nine scales over connections').first().isVisible()).toBe(true);
    expect(complaints).toEqual([]);
    expect(requests).toEqual([]);
    expect((await stat(file)).size).toBeLessThan(1_000_000);
  });

  it('shows the values where the mouse is, and says them where keys have gone', async () => {
    const { page } = await openReport(browser, file);
    const canvas = page.getByRole('img', { name: 'Chart: RPS over time' }).first();
    await canvas.scrollIntoViewIfNeeded();
    const still = await pictureOf(canvas);
    await canvas.hover();
    await expect.poll(async () => pictureOf(canvas)).not.toBe(still);
    await page.mouse.move(0, 0);
    await canvas.focus();
    await page.keyboard.press('ArrowRight');
    const said = canvas.locator('xpath=following-sibling::p');
    expect(await said.textContent()).toMatch(/^s 0, none ×1: [\d,.]+, .*aside ×2: [\d,.]+$/);
    await page.keyboard.press('End');
    expect(await said.textContent()).toMatch(/^s 1, none ×1/);
  });

  it('hides a series and shows it again, by a button', async () => {
    const { page } = await openReport(browser, file);
    const figure = page.locator('figure.chart', { hasText: 'Latency by percentile' }).first();
    const canvas = figure.locator('canvas');
    const button = figure.getByRole('button', { name: 'aside ×1' });
    const press = async (): Promise<string> => {
      await button.focus();
      await page.keyboard.press('Enter');
      return pictureOf(canvas);
    };
    const hidden = await press();
    expect(await button.getAttribute('aria-pressed')).toBe('false');
    const shown = await press();
    expect(await button.getAttribute('aria-pressed')).toBe('true');
    expect(shown).not.toBe(hidden);
    expect(await press()).toBe(hidden);
    expect(await press()).toBe(shown);
  });

  it('has all numbers of a chart in a table', async () => {
    const { page } = await openReport(browser, file);
    const figure = page.locator('figure.chart', { hasText: 'Latency by percentile' }).first();
    await figure.locator('summary').click();
    expect(await figure.locator('tbody tr').count()).toBe(4);
    const answers = await figure.locator('tbody tr').first().locator('td').nth(2).textContent();
    const measured = record.trials.filter(({ variant, replicas }) => variant === 'none' && replicas === 1);
    const total = measured.reduce((sum, { measurement }) => sum + measurement.requests, 0);
    expect(answers).toBe(total.toLocaleString('en-US'));
  });

  it.each([
    [380, 'light'],
    [1400, 'light'],
    [1400, 'dark'],
  ] as const)('fits %i pixels in the %s scheme, and axe finds nothing', async (width, colorScheme) => {
    const { page, complaints } = await openReport(browser, file, { width, colorScheme });
    const [needed, ground] = z
      .tuple([z.number(), z.string()])
      .parse(
        await page.evaluate(
          '[document.documentElement.scrollWidth, getComputedStyle(document.documentElement).backgroundColor]',
        ),
      );
    expect(needed).toBeLessThanOrEqual(width);
    expect(ground).toBe(colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(15, 19, 24)');
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('follows when the scheme changes', async () => {
    const { page } = await openReport(browser, file);
    const canvas = page.locator('canvas').first();
    const light = await pictureOf(canvas);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(async () => pictureOf(canvas)).not.toBe(light);
  });

  it('has the numbers on paper, and where no script runs', async () => {
    const { page } = await openReport(browser, file);
    await page.pdf();
    expect(await page.locator('details:not([open])').count()).toBe(0);
    const { page: plain } = await openReport(browser, file, { javaScriptEnabled: false });
    expect(await plain.locator('canvas').count()).toBe(0);
    expect(await plain.locator('figure.chart table').count()).toBe(await plain.locator('figure.chart').count());
  });

  it('keeps what looks like a script a text', async () => {
    const evil = '</script><script>document.title = "taken"</script><img src=x onerror="document.title=1">';
    const report = await openReporter('html');
    const text = JSON.stringify(record).replaceAll('aside', JSON.stringify(evil).slice(1, -1));
    const taken: unknown = JSON.parse(text);
    const { runRecordSchema } = await import('../../src/record/run-record.ts');
    await bench.write('evil.html', report(runRecordSchema.parse(taken), { columns: 80, color: false }));
    const { page, complaints } = await openReport(browser, path.join(bench.folder, 'evil.html'));
    expect(await page.title()).toMatch(/^cache, users - scale-lab run/);
    expect(await page.locator('img[src]').count()).toBe(0);
    expect(
      await page
        .getByRole('button', { name: `${evil} ×1` })
        .first()
        .isVisible(),
    ).toBe(true);
    expect(complaints).toEqual([]);
  });

  it('stays below 5 MB with 200 trials', async () => {
    const [trial = expect.fail('nothing was measured')] = record.trials;
    const trials = Array.from({ length: 200 }, (_, index) => ({
      ...trial,
      number: index + 1,
      replicas: 1 + (index % 50),
      round: 1 + Math.floor(index / 50),
    }));
    const report = await openReporter('html');
    const page = report({ ...record, trials }, { columns: 80, color: false });
    expect(page.includes(`${trial.variant} ×50`)).toBe(true);
    expect(Buffer.byteLength(page)).toBeLessThan(5_000_000);
  });
});
