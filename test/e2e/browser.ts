import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

/** Whether a machine without Chromium fails the tests that need it. */
export const isRequired = process.env.SCALE_LAB_REQUIRE_CHROMIUM === '1';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Where a browser of the Chromium family is, as packages install it; undefined where there is none. */
export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  return folders.flatMap((folder) => names.map((name) => path.join(folder, name))).find((file) => isExecutable(file));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts it without a window. As root, which CI often is, it has no sandbox. */
export async function openChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}

/** A page with a report in it, and everything that it complained of or asked for. */
export interface OpenReport {
  readonly page: Page;
  /** Messages of its console, errors of its script and what its policy refused. */
  readonly complaints: readonly string[];
  /** What it fetched besides itself. */
  readonly requests: readonly string[];
}

/** Opens a report from disk. */
export async function openReport(
  browser: Browser,
  file: string,
  options: {
    readonly width?: number;
    readonly colorScheme?: 'light' | 'dark';
    readonly javaScriptEnabled?: boolean;
  } = {},
): Promise<OpenReport> {
  const { width = 1400, ...others } = options;
  const page = await browser.newPage({ viewport: { width, height: 900 }, ...others });
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (request.url() !== `file://${file}`) requests.push(request.url());
  });
  await page.goto(`file://${file}`);
  return { page, complaints, requests };
}
