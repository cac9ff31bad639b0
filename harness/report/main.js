/* Puts the page together, and again whenever a filter, the theme or the width changes. */
'use strict';
function drawCharts()
{
    const place = document.getElementById('charts');
    place.replaceChildren();
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
showRows();
drawCharts();
addEventListener('hashchange', () => { state.read(); buildFilters(refresh); refresh(); });
let width = innerWidth;
addEventListener('resize', () => { if (innerWidth !== width) { width = innerWidth; refresh(); } });
