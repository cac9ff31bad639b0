/* What is shown: the filters, kept in the address so that a link shows the same; and the rows that fit them. */
'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const list = data.page === 'run' ? data.cases : data.runs;

const state = {
    values: {},

    read()
    {
        state.values = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
        if (state.values.theme)
            theme.choose(state.values.theme);
    },

    /* All that decides what is shown: not which case is opened. */
    shown()
    {
        return String(new URLSearchParams({...state.values, case: ''}));
    },

    set(key, value)
    {
        if (value)
            state.values[key] = value;
        else
            delete state.values[key];
        /* What is shown changes: an opened case may not be part of it any more. */
        if (key !== 'case' && key !== 'theme')
            delete state.values.case;
        history.replaceState(null, '', '#' + new URLSearchParams(state.values));
    },
};

/* Words of an item by the name of a filter; an item may have several. */
const words = {
    subject: item => data.page === 'run' ? [...new Set([subjectOf(item), item.client, item.server])].filter(Boolean) : item.subjects || [],
    cipher: item => item.ciphers || (item.cipher ? [item.cipher] : []),
    profile: item => item.profiles || (item.profile ? [item.profile] : []),
    verdict: item => item.verdict ? [item.verdict] : Object.keys(item.verdicts || {}).filter(name => item.verdicts[name] > 0),
    suite: item => item.suite ? [item.suite] : [],
    commit: item => item.commit ? [item.commit] : [],
};

/* What a line of a chart is named by. "2/openvpn-2.6/cbc" is round 2 of openvpn-2.6/cbc. */
function subjectOf(item)
{
    const cell = item.cell && item.cell.values && item.cell.values.subject;
    if (cell)
        return String(cell);
    const round = /^\d+\/(.+)$/.exec(item.id);
    if (round)
        return round[1];
    if (!item.client)
        return item.id === 'baseline' ? 'bare' : item.id;
    return item.client === item.server ? item.client : item.client + ' \u2192 ' + item.server;
}

function fits(item)
{
    const text = (state.values.text || '').toLowerCase();
    if (state.values.client && item.client !== state.values.client)
        return false;
    if (state.values.server && item.server !== state.values.server)
        return false;
    if (text && !(item.id || item.run_id || item.link || '').toLowerCase().includes(text))
        return false;
    return Object.keys(words).every(key => !state.values[key] || words[key](item).includes(state.values[key]));
}

const shown = () => list.filter(fits);

function element(name, text, attributes)
{
    const made = document.createElement(name);
    if (text)
        made.textContent = text;
    Object.assign(made, attributes || {});
    return made;
}

function addFilter(into, key, changed)
{
    const counts = new Map();
    for (const item of list)
        for (const word of words[key](item))
            counts.set(word, (counts.get(word) || 0) + 1);
    if (counts.size < 2 && !state.values[key])
        return;
    const label = element('label', key);
    const select = element('select', '', {name: key});
    select.append(element('option', 'all (' + list.length + ')', {value: ''}));
    for (const word of [...counts.keys()].sort())
        select.append(element('option', word + ' (' + counts.get(word) + ')', {value: word}));
    select.value = state.values[key] || '';
    select.onchange = () => { state.set(key, select.value); changed(); };
    label.append(select);
    into.append(label);
}

function buildFilters(changed)
{
    const into = document.getElementById('filters');
    into.replaceChildren();
    for (const key of Object.keys(words))
        addFilter(into, key, changed);
    const label = element('label', 'id holds');
    const input = element('input', '', {name: 'text', type: 'search', value: state.values.text || ''});
    input.oninput = () => { state.set('text', input.value); changed(); };
    label.append(input);
    into.append(label);
    if (state.values.client)
    {
        const both = element('button', state.values.client + ' \u2192 ' + state.values.server + '  \u2715', {type: 'button'});
        both.onclick = () => { state.set('client', ''); state.set('server', ''); buildFilters(changed); changed(); };
        into.append(both);
    }
}

function save(name, type, text)
{
    const link = element('a', '', {download: name, href: URL.createObjectURL(new Blob([text], {type}))});
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function csvField(value)
{
    const text = value === null || value === undefined ? '' : String(value);
    return /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
}

/* A row for each number that is shown. */
function csvText()
{
    const rows = data.page === 'run'
        ? [['case', 'client', 'server', 'verdict', 'measurement', 'key', 'value']]
        : [['run', 'suite', 'started', 'commit', 'host', 'verdict', 'cases']];
    for (const item of shown())
    {
        if (data.page === 'index')
            for (const [verdict, count] of Object.entries(item.verdicts || {}))
                rows.push([item.run_id, item.suite, item.started, item.commit, item.host, verdict, count]);
        for (const line of item.measurements || [])
            for (const [key, value] of Object.entries(line.values))
                rows.push([item.id, item.client, item.server, item.verdict, line.name, key, value]);
    }
    return rows.map(row => row.map(csvField).join(',')).join('\n') + '\n';
}

function buildDownloads()
{
    const into = document.getElementById('downloads');
    const name = data.page === 'run' ? data.start.run_id : 'ovlab-runs';
    const csv = element('button', 'CSV', {type: 'button', title: 'what is shown, as CSV'});
    const json = element('button', 'JSON', {type: 'button', title: 'what is shown, as JSON'});
    csv.onclick = () => save(name + '.csv', 'text/csv', csvText());
    json.onclick = () => save(name + '.json', 'application/json', JSON.stringify(shown(), null, 1));
    into.append(csv, json);
}

/* A dashboard of many runs begins with the newest. */
const limitOfRows = () => data.page === 'index' && !state.values.all ? 16 : Infinity;

/* Rows of the tables that the page came with. */
function showRows()
{
    const key = data.page === 'run' ? 'case' : 'link';
    const visible = new Set(shown().map(item => data.page === 'run' ? item.id : item.link));
    const known = new Set(list.map(item => data.page === 'run' ? item.id : item.link));
    let rows = 0;
    for (const row of document.querySelectorAll('tr[data-' + key + ']'))
        row.hidden = known.has(row.dataset[key]) && (!visible.has(row.dataset[key]) || ++rows > limitOfRows());
    const text = document.getElementById('shown');
    text.textContent = Math.min(rows, limitOfRows()) + ' of ' + known.size + ' shown';
    if (rows > limitOfRows())
    {
        const all = element('button', 'all ' + rows, {type: 'button'});
        all.onclick = () => { state.set('all', '1'); showRows(); };
        text.append(' ', all);
    }
}
