/* What all charts share: a place on the page, the theme, and links to the raw record. */
'use strict';
/* Adds a chart; spec is Vega-Lite without the parts that are the same everywhere. */
function chart(id, title, about, spec)
{
    const place = document.getElementById('charts');
    const section = element('section', '', {id, className: 'chart'});
    const plot = element('div', '', {className: 'plot'});
    section.append(element('h2', title), element('p', about, {className: 'sub'}), plot);
    plot.style.minHeight = (spec.height || 220) + 'px';
    place.append(section);
    const whole = {
        $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
        width: 'container',
        autosize: {type: 'fit-x', contains: 'padding'},
        ...spec,
    };
    waiting.set(section, () => vegaEmbed(plot, whole, {actions: false, renderer: 'svg', config: theme.vega(), tooltip: {theme: theme.now()}})
        .catch(error => plot.append(element('p', 'This chart failed: ' + error.message, {className: 'note'}))));
    seen.observe(section);
}

/* A page of many charts stands at once: each is drawn when it comes near the window, all of them before printing. */
const waiting = new Map();
const seen = new IntersectionObserver(found => found.filter(one => one.isIntersecting).forEach(one => drawNow(one.target)), {rootMargin: '700px'});

function drawNow(section)
{
    const draw = waiting.get(section);
    waiting.delete(section);
    seen.unobserve(section);
    if (draw && section.isConnected)
        drawing.push(draw());
}

const drawing = [];
async function drawAll()
{
    [...waiting.keys()].forEach(drawNow);
    await Promise.all(drawing);
}
addEventListener('beforeprint', drawAll);

const wide = () => document.getElementById('charts').clientWidth;
const narrow = () => wide() < 600;

/* Width of each panel of a row of facets, for specs that cannot take their container's. */
function panels(count, most)
{
    const fit = Math.max(1, Math.min(count, most, Math.floor(wide() / 300)));
    const columns = Math.ceil(count / Math.ceil(count / fit));
    return {columns, width: Math.max(180, Math.floor((wide() - 90 * columns) / columns))};
}

const legendBelow = {orient: 'bottom', columns: 0, direction: 'horizontal'};
const legend = () => ({...legendBelow, columns: Math.max(1, Math.floor(wide() / 230)), title: null});

/* Three significant digits. */
const format3 = '.3~r';

/* Height of a chart with a row for each value of a field. */
const rowsHigh = (values, field, step) => Math.max(2, new Set(values.map(row => row[field])).size) * step;

/* TAINTED is no result: such cases are drawn only where a subject has nothing else, and then its name says so. */
function usable(items)
{
    const sound = new Set(items.filter(item => item.verdict === 'PASS' || item.verdict === 'FAIL').map(subjectOf));
    return items.filter(item => item.verdict === 'PASS' || item.verdict === 'FAIL' ||
        item.verdict === 'TAINTED' && !sound.has(subjectOf(item)))
        .map(item => ({...item, named: (item.verdict === 'TAINTED' ? '~ ' : '') + subjectOf(item)}));
}

/* More lines than this nobody tells apart: those of plain names come first, a filter shows the others. */
const LINES = 8;
function fewest(names)
{
    return [...new Set(names)].sort((one, two) => (/[\/\u2192]/.test(one) - /[\/\u2192]/.test(two)) || one.localeCompare(two)).slice(0, LINES);
}

/* A measurement's name as words. */
function wordsOf(name)
{
    const [first, ...rest] = name.split(' ');
    return [(data.words || {})[first] || first.replaceAll('_', ' '), ...rest].join(', ');
}

/* Where a point leads: its case, opened below, which links to logs and capture. What is shown stays as it is. */
const caseLink = item => '#' + new URLSearchParams({...state.values, case: item.id});

/* A mark that differs by shape too, so that colour is never alone. */
const byName = (field, extra) => ({
    color: {field, type: 'nominal', legend: legend(), ...extra},
    shape: {field, type: 'nominal', legend: legend()},
});
