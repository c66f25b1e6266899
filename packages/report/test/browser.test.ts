import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { renderPage } from '@mochi/report';
import type { Browser, Page as Tab } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, openChromium } from './chromium.js';
import { charts, everyBlock } from './every-chart.js';

describe.skipIf(!chromiumPath)('the report in Chromium (skipped where it is not installed)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mochi-report-'));
  const file = join(folder, 'report.html');
  let browser: Browser;
  beforeAll(async () => {
    writeFileSync(file, await renderPage(everyBlock));
    browser = await openChromium();
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Every plot is drawn, and none is drawn again, as they are where a scrollbar has come: an svg that is replaced has lost the focus. */
  const drawn = (tab: Tab): Promise<void> => tab.evaluate(`(async () => {
    const frame = () => new Promise(requestAnimationFrame);
    for (let last = [], now; ; last = now) {
      await frame().then(frame);
      now = [...document.querySelectorAll('figure .drawing svg[role=img]')];
      if (now.length === ${charts.length} && now.every((svg, at) => svg === last[at])) return;
    }
  })()`); // prettier-ignore

  /** Asks until it is so: the page draws when the browser has time. */
  const soon = <T>(ask: () => Promise<T>) => expect.poll(ask, { timeout: 60_000 });

  /** The page at a width, with what the browser complained about and asked for. */
  async function opened(width: number): Promise<{ tab: Tab; complaints: string[]; requests: string[] }> {
    const tab = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: 'light' });
    tab.setDefaultTimeout(0); // the limit of the test is the limit
    const complaints: string[] = [];
    const requests: string[] = [];
    tab.on('console', (message) => void (['error', 'warning'].includes(message.type()) && complaints.push(message.text())));
    tab.on('pageerror', (error) => complaints.push(error.message));
    tab.on('request', (request) => requests.push(request.url()));
    await tab.goto(pathToFileURL(file).href);
    await drawn(tab);
    return { tab, complaints, requests };
  } // prettier-ignore

  test.each([1400, 420])(
    '%i px: every plot is drawn and labelled, nothing sticks out, nothing is fetched or complained about',
    async (width) => {
      const { tab, complaints, requests } = await opened(width);
      for (const { id, title, summary } of charts) {
        const svg = tab.locator(`figure[data-chart="${id}"] svg[role=img]`);
        expect(await svg.getAttribute('aria-label')).toBe(title);
        expect(await svg.getAttribute('aria-description')).toBe(summary);
        const marks = await svg.locator('path[d], circle, rect, line, image').count();
        expect(marks, id).toBeGreaterThan(2);
        expect(await svg.innerHTML(), id).not.toMatch(/NaN|undefined/);
      }
      const unnamed = await tab.evaluate<number>(`[...document.querySelectorAll('button, select, input')].filter((one) => !(one.getAttribute('aria-label') ?? one.textContent ?? '').trim() && !one.labels?.length).length`); // prettier-ignore
      expect(unnamed).toBe(0);
      expect(await tab.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      expect(requests.filter((url) => !url.startsWith('file:') && !url.startsWith('data:'))).toEqual([]);
      expect(complaints).toEqual([]);
      await tab.close();
    },
  );

  test('what the reader chooses: smoothing, runs, theme, projection, a class', async () => {
    const { tab, complaints } = await opened(1000);
    const drawing = (id: string): Promise<string> => tab.locator(`figure[data-chart="${id}"] svg[role=img]`).innerHTML();
    const changes = async (id: string, act: () => Promise<unknown>): Promise<void> => {
      const before = await drawing(id);
      await act();
      await soon(() => drawing(id)).not.toBe(before);
    };
    await changes('curves', () => tab.locator('#smoothing').fill('0.9'));
    await changes('curves', () => tab.getByRole('checkbox', { name: 'b' }).uncheck());
    await changes('map', () => tab.getByLabel('Projection').selectOption('PCA'));
    await changes('map', () => tab.getByLabel('Class').selectOption('dog'));
    const ground = (): Promise<string> => tab.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await ground();
    await changes('curves', () => tab.getByRole('button', { name: /light and dark/ }).click());
    expect(await ground()).not.toBe(light);
    expect(complaints).toEqual([]);
    await tab.close();
  });

  test('a folded chart is drawn when it is unfolded', async () => {
    const { tab, complaints } = await opened(1000);
    const svg = tab.locator('figure[data-chart="folded"] svg[role=img]');
    expect(await svg.count()).toBe(0);
    await tab.getByText('Charts', { exact: true }).click();
    await soon(() => svg.count()).toBe(1);
    expect((await svg.boundingBox())!.width).toBeGreaterThan(300);
    expect(complaints).toEqual([]);
    await tab.close();
  });

  test('the map by keyboard: the arrow keys go from sample to sample, which is shown and said', async () => {
    const { tab } = await opened(1000);
    const map = tab.locator('figure[data-chart="map"]');
    await map.locator('svg').focus();
    await tab.keyboard.press('ArrowRight'); // UMAP: the second sample is the leftmost
    await soon(() => tab.locator('#said').textContent()).toBe('dog: second.png');
    await tab.keyboard.press('ArrowRight');
    await soon(() => tab.locator('#said').textContent()).toBe('third.png');
    expect(await map.locator('.looked .sprite').count()).toBe(1);
    await tab.close();
  });

  test('the data of a plot: a table on the page, CSV and PNG as files', async () => {
    const { tab, complaints } = await opened(1000);
    const figure = tab.locator('figure[data-chart="heat"]');
    await figure.locator('summary').click();
    await soon(() => figure.locator('table tr').count()).toBe(3);
    const saved = async (act: () => Promise<void>): Promise<{ name: string; bytes: Buffer }> => {
      const [download] = await Promise.all([tab.waitForEvent('download'), act()]);
      return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
    };
    const csv = await saved(() => figure.getByRole('button', { name: 'as CSV' }).click());
    expect(csv.name).toBe('heat.csv');
    expect(csv.bytes.toString()).toBe('rank \\ epoch,1,2,3\n1,0.2,0.3,0.4\n2,0.1,,0.05\n');
    for (const id of ['curves', 'map', 'matrix']) {
      const png = await saved(() => tab.locator(`figure[data-chart="${id}"]`).getByRole('button', { name: 'as PNG' }).click());
      expect(png.name).toBe(`${id}.png`);
      expect(png.bytes.subarray(1, 4).toString()).toBe('PNG');
      expect(png.bytes.readUInt32BE(16)).toBeGreaterThanOrEqual(600); // its width: three pixels for each of the page
      expect(png.bytes.length).toBeGreaterThan(5000);
    }
    const table = await saved(() => tab.locator('[data-table=a-table]').click());
    expect(table.bytes.toString()).toBe('run,top1 (%),note\na,12.5,differs\nb,–,<b>\n');
    expect(complaints).toEqual([]);
    await tab.close();
  });
});
