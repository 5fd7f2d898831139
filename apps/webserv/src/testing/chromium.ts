import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where Debian and its like keep it; another one may be named. Nothing is downloaded for these tests. */
export const CHROMIUM = process.env['WEBSERV_CHROMIUM'] ?? '/usr/bin/chromium';

/** Chromium's own services would look for hosts that a test machine does not reach. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A group of tests that is skipped where no browser is installed: a developer may lack it. */
export const describeWithChromium: jest.Describe = existsSync(CHROMIUM) ? describe : describe.skip;

export function openChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}
