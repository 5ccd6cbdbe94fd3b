// axe-core over pages: WCAG 2.2 A and AA and its best practices, light, dark and on a phone.
// usage: node pages.mjs CHROMIUM PAGE...
import fs from 'node:fs';
import { createRequire } from 'node:module';
import puppeteer from 'puppeteer-core';

const [browserPath, ...pages] = process.argv.slice(2);
const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const views = [
  { name: 'light', scheme: 'light', width: 1280, height: 900 },
  { name: 'dark', scheme: 'dark', width: 1280, height: 900 },
  { name: 'phone', scheme: 'light', width: 390, height: 844 },
];
const browser = await puppeteer.launch({ executablePath: browserPath, args: ['--no-sandbox', '--disable-gpu'] });
let violations = 0;
if (pages.length === 0) throw new Error('no pages');
for (const file of pages) {
  for (const view of views) {
    const page = await browser.newPage();
    await page.setViewport({ width: view.width, height: view.height });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: view.scheme }]);
    await page.goto('file://' + file);
    const opened = await page.evaluate(() => {
      // What opens is judged open as well.
      document.querySelectorAll('details').forEach((d) => (d.open = true));
      document.querySelector('[popover]')?.showPopover();
      return document.documentElement.scrollWidth <= window.innerWidth;
    });
    await page.evaluate(axe);
    const result = await page.evaluate((runOnly) => axe.run({ runOnly }), runOnly);
    console.log(`${file.split('/').slice(-3).join('/')} ${view.name}: ${result.passes.length} pass, ${result.violations.length} violations`);
    for (const v of result.violations) console.log(`  ${v.id} (${v.impact}, ${v.nodes.length}x): ${v.nodes[0].html.slice(0, 160)}\n  ${v.nodes[0].failureSummary}`);
    if (!opened) console.log('  wider than the window');
    if (result.passes.length < 10) console.log('  hardly anything was judged');
    violations += result.violations.length + !opened + (result.passes.length < 10);
    await page.close();
  }
}
await browser.close();
process.exit(violations ? 1 : 0);
