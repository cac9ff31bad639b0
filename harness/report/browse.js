/* Opens pages from their files in a real browser, as a reader would, and says what is wrong with them.
 *
 * Usage: node browse.js SHOTS_DIR CHROMIUM PAGE... */
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const url = require('node:url');
const {chromium} = require('playwright-core');

const [shots, program, ...pages] = process.argv.slice(2);
/* Half a second on a quiet machine; this one may do other things besides. */
const SLOWEST_MS = 6000;
let bad = 0;
let good = 0;

function expect(holds, what)
{
    console.log((holds ? '[ OK ] ' : '[ FAILED ] ') + what);
    if (holds)
        good++;
    else
        bad++;
}

async function ready(page)
{
    await page.waitForFunction(() => document.body.dataset.ready === '1' || document.querySelector('#charts .note'), {timeout: 20000});
    await page.waitForTimeout(500);
}

async function checkLinks(page, file)
{
    const links = await page.$$eval('a[href]', list => list.map(link => link.getAttribute('href')));
    const gone = links.filter(link => !link.startsWith('#') && !/^data:/.test(link) &&
        !fs.existsSync(path.resolve(path.dirname(file), decodeURIComponent(link.split('#')[0]))));
    /* A record alone in a test has no dashboard above it. */
    const wrong = gone.filter(link => link !== '../index.html');
    expect(wrong.length === 0 && links.some(link => /run\.jsonl$/.test(link)),
        path.basename(path.dirname(file)) + ': ' + links.length + ' links lead to what is there' + (wrong.length > 0 ? ', but ' + wrong[0] : ''));
}

async function checkFilters(page, name)
{
    const select = await page.$('#filters select');
    if (select === null)
        return;
    const rows = () => page.$$eval('tr[data-case], tr[data-link]', list => list.filter(row => !row.hidden).length);
    const before = await rows();
    const {key, word} = await select.evaluate(node => ({key: node.name, word: [...node.options].map(option => option.value)[1]}));
    await select.selectOption(word);
    await page.waitForTimeout(300);
    const after = await rows();
    expect(after > 0 && after <= before, name + ': filter ' + key + ' leaves ' + after + ' of ' + before + ' rows');
    expect(new URL(page.url()).hash.includes(key + '='), name + ': the filter is in the address');
    await page.reload();
    await ready(page);
    expect(await rows() === after, name + ': the address shows the same again');
    const [saved] = await Promise.all([page.waitForEvent('download'), page.click('#downloads button')]);
    const text = fs.readFileSync(await saved.path(), 'utf8');
    expect(text.split('\n').length > 2, name + ': CSV of what is shown');
}

/* What the page says first, before any chart; and a case opened from its row and from a point of a chart. */
async function checkReading(page, name)
{
    const first = await page.evaluate(() => {
        const gist = document.querySelector('#gist .first');
        const chart = document.querySelector('.chart');
        return gist === null ? '' : chart === null || gist.compareDocumentPosition(chart) & Node.DOCUMENT_POSITION_FOLLOWING ? gist.textContent : '';
    });
    if (name.endsWith('index'))
        return;
    expect(first.length > 10, name + ': begins with a sentence: ' + first);
    const before = page.url();
    await page.click('tr[data-case]:not([hidden]) th a');
    expect(await page.locator('tr.detail dd').count() > 0 && page.url() !== before, name + ': a row opens its case, and the address names it');
    await page.click('tr.chosen th a');
    expect(await page.locator('tr.detail').count() === 0, name + ': and closes it');
    const link = page.locator('.chart [href], .chart a').first();
    const marks = page.locator('.chart g.mark-symbol path[aria-label], .chart path[cursor], .chart path[style*="cursor: pointer"]');
    if (await marks.count() > 0)
    {
        await marks.last().click({force: true});
        await page.waitForTimeout(300);
        expect(/case=|run\.jsonl|report\.html/.test(page.url()) || await link.count() > 0, name + ': a point leads to its case');
    }
}

async function view(browser, file, name, how)
{
    const context = await browser.newContext({viewport: {width: how.width, height: 900}, colorScheme: how.scheme, javaScriptEnabled: how.scripts !== false});
    const page = await context.newPage();
    const said = [];
    page.on('console', message => { if (['error', 'warning'].includes(message.type())) said.push(message.text()); });
    page.on('pageerror', error => said.push(String(error)));
    page.on('request', request => { if (/^(https?|ws):/.test(request.url())) said.push('asks the network: ' + request.url()); });
    const began = Date.now();
    await page.goto(url.pathToFileURL(file).href);
    const label = name + ' ' + how.name;
    if (how.scripts === false)
        expect(await page.locator('table tbody tr').count() > 0, label + ': tables without scripts');
    else
    {
        await page.waitForFunction(() => document.body.dataset.ready === '1' || document.querySelector('#charts .note'), {timeout: 20000});
        const took = Date.now() - began;
        expect(took < SLOWEST_MS, label + ': stands after ' + took + ' ms');
        await page.evaluate(() => typeof vegaEmbed === 'undefined' || drawAll());
        await ready(page);
        const failed = await page.$$eval('.chart .note', list => list.map(node => node.textContent));
        const charts = await page.locator('.chart svg').count();
        const told = await page.locator('#charts > .note').count();
        expect(failed.length === 0 && (charts > 0 || told > 0), label + ': ' + (told > 0 ? 'says how charts are had' : charts + ' charts') + failed.join('; '));
        const series = await page.evaluate(() => (JSON.parse(document.getElementById('data').textContent).explain || []).flatMap(found => found.series.map(one => one.name)));
        for (const one of charts > 0 ? series : [])
            expect(await page.locator('#waterfall-' + one + ' svg').count() === 1 && await page.locator('.words dd').count() > 0, label + ': the waterfall of ' + one + ' and its sentences');
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(over <= 0, label + ': no sideways scrolling of the page' + (over > 0 ? ', ' + over + ' px over' : ''));
        const markup = await page.evaluate(() => window.escaped !== undefined || document.querySelectorAll('b.escaped').length > 0);
        expect(!markup, label + ': texts of the record are text');
    }
    await page.screenshot({path: path.join(shots, label.replaceAll(' ', '-') + '.png'), fullPage: true});
    if (how.filters)
    {
        await checkLinks(page, file);
        await checkReading(page, name);
        await checkFilters(page, name);
        const before = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        await page.click('#theme');
        await page.waitForTimeout(300);
        expect(before !== await page.evaluate(() => getComputedStyle(document.body).backgroundColor), name + ': the switch changes the theme');
    }
    expect(said.length === 0, label + ': nothing on the console' + (said.length > 0 ? ': ' + said[0] : ''));
    await context.close();
}

async function main()
{
    fs.mkdirSync(shots, {recursive: true});
    const browser = await chromium.launch({executablePath: program, args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu']});
    for (const file of pages)
    {
        const name = file.split(path.sep).slice(-3, -1).filter(part => !/^tmp\.|^results$/.test(part)).join('-') + (file.endsWith('index.html') ? 'index' : '');
        await view(browser, file, name, {name: 'light', width: 1200, scheme: 'light', filters: true});
        await view(browser, file, name, {name: 'dark', width: 1200, scheme: 'dark'});
        await view(browser, file, name, {name: 'phone', width: 390, scheme: 'light'});
        await view(browser, file, name, {name: 'plain', width: 1200, scheme: 'light', scripts: false});
    }
    await browser.close();
    console.log(good + ' passed, ' + bad + ' failed, 0 skipped');
    process.exit(bad > 0 ? 1 : 0);
}

main().catch(error => { console.error(error); process.exit(1); });
