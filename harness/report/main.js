/* Puts the page together, and again whenever a filter, the theme or the width changes. */
'use strict';
function drawCharts()
{
    const place = document.getElementById('charts');
    place.replaceChildren();
    waiting.clear();
    if (typeof vegaEmbed === 'undefined')
    {
        place.append(element('p', 'Charts need the chart library, which was not there when this page was made: ' +
            'run `make report-assets`, then `ovlab report` again. The tables have everything.', {className: 'note'}));
        return;
    }
    if (data.page === 'run')
        drawRun();
    else
        drawIndex();
    document.body.dataset.ready = '1';
}

function refresh()
{
    showRows();
    if (!state.values.case)
        showCase();
    clearTimeout(refresh.later);
    refresh.later = setTimeout(drawCharts, 60);
}

function buildSwitch()
{
    const button = element('button', '', {type: 'button', id: 'theme'});
    const say = () => { button.textContent = theme.now() === 'dark' ? '\u2600 light' : '\u263e dark'; };
    button.onclick = () => {
        theme.choose(theme.now() === 'dark' ? 'light' : 'dark');
        state.set('theme', theme.now());
        say();
        refresh();
    };
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { say(); refresh(); });
    say();
    document.getElementById('switch').append(button);
}

/* Every number that was measured in a case, under its row. */
function caseDetail(item, columns)
{
    const cell = element('td', '', {colSpan: columns});
    const grid = element('dl', '', {className: 'numbers'});
    for (const line of item.measurements)
    {
        const said = Object.entries(line.values).filter(([, value]) => value !== 0 && value !== null);
        const words = said.map(([key, value]) => key + ' ' + Number(Number(value).toPrecision(4)));
        if (said.length < Object.keys(line.values).length)
            words.push('the others 0 or not known');
        grid.append(element('dt', line.name), element('dd', words.join(', ') || '-'));
    }
    const links = element('p', 'The raw lines: ', {className: 'sub'});
    links.append(element('a', 'run.jsonl', {href: 'run.jsonl'}), element('span', ', by "case":"' + item.id + '" (jq \'select(.case == "' + item.id + '")\' run.jsonl)'));
    cell.append(grid, links);
    const row = element('tr', '', {className: 'detail'});
    row.append(cell);
    return row;
}

/* The case that the address names is opened, and looked at. */
function showCase()
{
    for (const row of document.querySelectorAll('tr.detail'))
        row.remove();
    for (const row of document.querySelectorAll('tr.chosen'))
        row.classList.remove('chosen');
    const row = [...document.querySelectorAll('tr[data-case]')].find(one => one.dataset.case === state.values.case);
    const item = data.page === 'run' && list.find(one => one.id === state.values.case);
    if (!row || !item)
        return;
    row.hidden = false;
    row.classList.add('chosen');
    row.after(caseDetail(item, row.children.length));
    row.scrollIntoView({block: 'center'});
}

/* Names of cases in the table do the same without leaving what is shown. */
function openCases()
{
    document.addEventListener('click', event => {
        const link = event.target.closest ? event.target.closest('tr[data-case] th a') : null;
        if (link === null)
            return;
        event.preventDefault();
        const id = link.closest('tr').dataset.case;
        state.set('case', state.values.case === id ? '' : id);
        showCase();
    });
}

/* A cell of the grid shows its cases. */
function openCells()
{
    for (const cell of document.querySelectorAll('td[data-client] a'))
        cell.onclick = event => {
            event.preventDefault();
            state.set('client', cell.parentNode.dataset.client);
            state.set('server', cell.parentNode.dataset.server);
            buildFilters(refresh);
            refresh();
            document.getElementById('cases').scrollIntoView();
        };
}

state.read();
buildSwitch();
buildFilters(refresh);
buildDownloads();
openCells();
openCases();
showRows();
drawCharts();
showCase();
/* Only another case, as a point of a chart asks for, draws nothing anew. */
addEventListener('hashchange', () => {
    const before = state.shown();
    state.read();
    if (state.shown() !== before)
    {
        buildFilters(refresh);
        refresh();
    }
    showCase();
});
let width = innerWidth;
let resized;
/* Only a width that stays is drawn for. */
addEventListener('resize', () => {
    clearTimeout(resized);
    resized = setTimeout(() => { if (innerWidth !== width) { width = innerWidth; refresh(); } }, 200);
});
