/* The charts of one record; each is there when the record has what it draws. */
'use strict';
const disturbed = ' A ~ before a name: all its cases were disturbed, so this is no result.';

/* Every sample of goodput, with what it is of. */
function goodputRows(items)
{
    const rows = [];
    for (const item of usable(items))
        for (const line of item.measurements)
            for (const [name, list] of Object.entries(line.samples))
                if (/interval_mbps$/.test(name))
                    list.forEach((value, index) => value > 0 && rows.push({
                        subject: item.named, case: item.id, at: index,
                        what: line.name + (/^(up|down)_/.test(name) && !line.name.includes('_' + name.split('_')[0])
                            ? ' ' + name.split('_')[0] : ''),
                        mbps: value, setting: setting(item, []), href: caseLink(item)}));
    return rows;
}

/* One value a case and measurement: the mean of its samples. That is what repeats with the rounds. */
function perCase(rows)
{
    const groups = new Map();
    for (const row of rows)
    {
        const key = row.case + '\n' + row.what;
        const group = groups.get(key) || {...row, sum: 0, n: 0};
        group.sum += row.mbps;
        group.n++;
        groups.set(key, group);
    }
    return [...groups.values()].map(group => ({...group, mbps: group.sum / group.n}));
}

function drawThroughput(items)
{
    const rows = goodputRows(items);
    if (rows.length === 0)
        return;
    const each = perCase(rows);
    const subjects = new Set(each.map(row => row.subject + row.what)).size;
    const repeated = each.length >= 3 * subjects;
    const values = repeated ? each : rows;
    const order = [...new Set(values.map(row => row.subject))].sort();
    const kinds = [...new Set(values.map(row => row.what))].sort();
    for (const kind of kinds.slice(0, 6))
    {
        const of = values.filter(row => row.what === kind);
        const y = {field: 'subject', type: 'nominal', title: null, sort: order};
        chart('throughput-' + kind.replace(/\W/g, '-'), 'Throughput, ' + wordsOf(kind),
            'Mean with its bootstrapped 95 % interval over ' + (repeated ? 'rounds' : 'the seconds of one transfer (not of repeated runs)') +
            '; the dots are what it is of. Logarithmic.' + disturbed, {
            data: {values: of},
            height: rowsHigh(of, 'subject', 24),
            encoding: {y, x: {type: 'quantitative', scale: {type: 'log', nice: false, padding: 14}, axis: {format: '~s', tickCount: 5, labelOverlap: true}}},
            layer: [
                {mark: {type: 'point', opacity: 0.35, size: 22, filled: true},
                    encoding: {x: {field: 'mbps', title: 'Mbit/s'}, color: {value: theme.color('soft')},
                        href: {field: 'href'}, tooltip: [{field: 'case'}, {field: 'mbps', title: 'Mbit/s', format: format3}]}},
                {mark: {type: 'errorbar', extent: 'ci', ticks: {size: 8}}, encoding: {x: {field: 'mbps', title: 'Mbit/s'},
                    color: {value: theme.palette()[0]}}},
                {mark: {type: 'point', shape: 'diamond', filled: true, size: 70},
                    encoding: {x: {aggregate: 'mean', field: 'mbps', title: 'Mbit/s'}, color: {value: theme.palette()[0]},
                        tooltip: [{field: 'subject'}, {aggregate: 'mean', field: 'mbps', format: format3}, {aggregate: 'count'}]}},
            ],
        });
    }
    if (new Set(rows.map(row => row.subject)).size > 1 && rows.length >= 5 * subjects)
        drawBoxes(rows, order, kinds.slice(0, 4));
}

function drawBoxes(rows, order, kinds)
{
    for (const kind of kinds)
    {
        const values = rows.filter(row => row.what === kind);
        chart('boxes-' + kind.replace(/\W/g, '-'), 'Spread of throughput, ' + wordsOf(kind),
            'Each second or interval: median and quartiles; whiskers reach the least and the most. Logarithmic.', {
            data: {values}, height: rowsHigh(values, 'subject', 22),
            mark: {type: 'boxplot', extent: 'min-max', size: 12, color: theme.palette()[0]},
            encoding: {y: {field: 'subject', type: 'nominal', title: null, sort: order},
                x: {field: 'mbps', type: 'quantitative', title: 'Mbit/s', scale: {type: 'log', nice: false, padding: 14},
                    axis: {format: '~s', tickCount: 5, labelOverlap: true}}},
        });
    }
}

/* On which side of the goal the interval lies; without a goal, of 1. */
function toldOf(line)
{
    const {ratio_low: low, ratio_high: high, limit} = line.values;
    if (limit === undefined)
        return low > 1 ? 'more' : high < 1 ? 'less' : 'undecided';
    const above = line.name.includes('>=');
    return (above ? low >= limit : high <= limit) ? 'goal met' : (above ? high < limit : low > limit) ? 'goal not met' : 'undecided';
}
/* Each with a colour and a shape of its own; only those that are there make the legend. */
function toldMarks(values)
{
    const all = [['goal met', theme.color('pass'), 'diamond'], ['more', theme.palette()[0], 'triangle-right'], ['less', theme.palette()[3], 'triangle-left'],
        ['undecided', theme.color('soft'), 'circle'], ['goal not met', theme.palette()[1], 'cross']].filter(([word]) => values.some(row => row.told === word));
    const domain = all.map(([word]) => word);
    return {color: {field: 'told', type: 'nominal', legend: legend(), scale: {domain, range: all.map(([, color]) => color)}},
        shape: {field: 'told', type: 'nominal', legend: legend(), scale: {domain, range: all.map(([, , shape]) => shape)}}};
}

/* Ratios with intervals: goals of a benchmark, series of a comparison. */
function drawForest()
{
    const rows = [];
    for (const item of data.cases)
        for (const line of item.measurements)
            if (line.values.ratio_low !== undefined && line.values.ratio > 0 && line.values.ratio_low > 0)
            {
                const [, what, who] = /^(.*?): (.+?) [<>]=/.exec(line.name) || [0, line.name, ''];
                rows.push({name: who ? wordsOf(what) + ': ' + who : wordsOf(what), ratio: line.values.ratio, low: line.values.ratio_low,
                    high: line.values.ratio_high, limit: line.values.limit, href: caseLink(item), told: toldOf(line),
                    goal: line.values.limit !== undefined ? line.name.replace(/^.* ([<>]=)/, '$1') : ''});
            }
    const text = (state.values.text || '').toLowerCase();
    const subject = state.values.subject || '';
    const values = rows.filter(row => row.name.toLowerCase().includes(text) && row.name.includes(subject));
    if (values.length === 0)
        return;
    const split = narrow() && values.every(row => row.name.includes(': '));
    const told = toldMarks(values);
    const limits = values.some(row => row.limit !== undefined);
    chart('forest', 'Ratios with 95 % intervals', 'Right of the dashed line at 1: more than the other.' + (limits ? ' The orange tick is the goal.' : '') + ' Logarithmic.', {
        data: {values},
        height: rowsHigh(values, 'name', split ? 34 : 22),
        encoding: {y: {field: 'name', type: 'nominal', sort: null, title: null, axis: {labelLimit: narrow() ? 190 : 380,
            labelFontSize: narrow() ? 10 : 12, ...(split ? {labelExpr: "split(datum.label, ': ')"} : {})}}},
        layer: [
            {mark: {type: 'rule', strokeDash: [3, 3]}, encoding: {x: {datum: 1}, y: null}},
            {mark: {type: 'rule', strokeWidth: 2},
                encoding: {color: told.color, x: {field: 'low', type: 'quantitative', scale: {type: 'log', nice: false, padding: 14}, title: 'ratio',
                    axis: {format: '~g', labelOverlap: true}}, x2: {field: 'high'}}},
            {mark: {type: 'point', filled: true, size: 60, opacity: 1},
                encoding: {...told,
                    x: {field: 'ratio', type: 'quantitative'}, href: {field: 'href'},
                    tooltip: [{field: 'name'}, {field: 'ratio', format: '.3'}, {field: 'low', format: '.3'}, {field: 'high', format: '.3'}, {field: 'goal'}, {field: 'told', title: 'says'}]}},
            limits && {transform: [{filter: 'isValid(datum.limit)'}], mark: {type: 'tick', thickness: 3, size: 14, color: theme.palette()[1]},
                encoding: {x: {field: 'limit', type: 'quantitative'}, tooltip: [{field: 'goal'}]}},
        ].filter(Boolean),
    });
}

const PANELS = 9;
function drawRtt(items)
{
    const found = {};
    for (const item of usable(experiment.axes ? inOrder(items) : items))
        for (const line of item.measurements)
            for (const rtt of line.samples.rtt_ms || [])
                if (rtt > 0)
                    (found[line.name] = found[line.name] || []).push({subject: item.named, setting: setting(item, []), rtt});
    for (const name of Object.keys(found).sort().slice(0, 4))
    {
        const names = fewest(found[name].map(row => row.subject));
        const settings = [...new Set(found[name].map(row => row.setting))].slice(0, PANELS);
        const values = found[name].filter(row => names.includes(row.subject) && settings.includes(row.setting));
        chart('rtt-' + name.replace(/\W/g, '-'), 'Round-trip time, ' + wordsOf(name),
            'Share of pings that came back within this time (CDF), logarithmic.' +
            (values.length < found[name].length ? ' Not all fit: a filter shows the others.' : '') + disturbed, faceted(values, settings.length > 1 ? 180 : 260, {
            transform: [
                {sort: [{field: 'rtt'}], window: [{op: 'count', as: 'place'}], groupby: ['subject', 'setting'], frame: [null, 0]},
                {joinaggregate: [{op: 'count', as: 'all'}], groupby: ['subject', 'setting']},
                {calculate: 'datum.place / datum.all', as: 'share'}],
            mark: {type: 'line', interpolate: 'step-after', strokeWidth: 2},
            encoding: {x: {field: 'rtt', type: 'quantitative', scale: {type: 'log', nice: false}, title: 'round-trip time, ms', axis: {format: '~g', tickCount: 6, labelOverlap: true}},
                y: {field: 'share', type: 'quantitative', title: 'share of pings', axis: {format: '%'}},
                color: {field: 'subject', type: 'nominal', legend: legend()},
                strokeDash: {field: 'subject', type: 'nominal', legend: legend()},
                tooltip: [{field: 'subject'}, {field: 'rtt', format: '.3'}, {field: 'share', format: '.1%'}]},
        }));
    }
}

/* Of many causes those with the most packets keep their names: more colours than that nobody tells apart. */
function nameMost(values)
{
    const sums = new Map();
    for (const row of values)
        sums.set(row.where, (sums.get(row.where) || 0) + row.count);
    const kept = [...sums.keys()].sort((one, two) => sums.get(two) - sums.get(one)).slice(0, sums.size > LINES ? LINES - 1 : LINES);
    for (const row of values)
        row.where = kept.includes(row.where) ? row.where : 'other';
}

const losses = /(rcvbuf_errors|sndbuf_errors|in_errors|dropped|replay_rejects|reassembly_failed|retransmits|lost|softnet_dropped)$/;

function drawDrops(items)
{
    const values = [];
    for (const item of items)
        for (const line of item.measurements)
            if (!['total', 'limits', 'capture', 'cliff'].includes(line.name))
                for (const [key, count] of Object.entries(line.values))
                    if (losses.test(key) && count > 0)
                        values.push({t: line.t, case: item.id, where: key.replaceAll('_', ' '), count, href: caseLink(item)});
    if (values.length === 0)
        return;
    nameMost(values);
    chart('drops', 'Drops over time', 'What each measurement lost, and where, in the order of the run. A point opens its case, with logs and capture.', {
        data: {values}, height: 260,
        mark: {type: 'point', filled: true, size: 45, opacity: 0.8},
        encoding: {x: {field: 't', type: 'quantitative', title: 'seconds since the run began'},
            y: {field: 'count', type: 'quantitative', scale: {type: 'symlog'}, title: 'packets', axis: {format: ',d', values: [0, 1, 10, 100, 1000, 10000, 100000]}},
            ...byName('where'), href: {field: 'href'},
            tooltip: [{field: 'case'}, {field: 'where'}, {field: 'count', format: ','}]},
    });
}

/* How long each client took to be connected, by server: where nothing else was measured, as in the interop matrix. */
function drawConnect(items)
{
    const values = items.flatMap(item => item.verdict !== 'PASS' || !item.client ? [] : item.measurements
        .filter(line => line.name === 'connect' && line.values.answered_ms > 0)
        .map(line => ({pair: item.client + ' \u2192 ' + item.server, client: item.client, ms: line.values.answered_ms, case: item.id, href: caseLink(item)})));
    const pairs = [...new Set(values.map(row => row.pair))].sort();
    if (pairs.length === 0)
        return;
    chart('connect', 'Time to connect', 'From the start of the client until a ping came back, ms, logarithmic; the line is the median. Certificates, logins and proxies differ from case to case. A point opens its case.', {
        data: {values}, height: pairs.length * 20,
        encoding: {y: {field: 'pair', type: 'nominal', sort: pairs, title: null, axis: {labelLimit: narrow() ? 160 : 300}},
            x: {type: 'quantitative', scale: {type: 'log', nice: false, padding: 14}, axis: {format: '~g', labelOverlap: true}}},
        layer: [
            {mark: {type: 'point', filled: true, size: 26, opacity: 0.5}, encoding: {x: {field: 'ms', title: 'ms'}, color: {field: 'client', type: 'nominal', legend: null},
                href: {field: 'href'}, tooltip: [{field: 'case'}, {field: 'ms', format: format3}]}},
            {mark: {type: 'tick', thickness: 3, size: 16}, encoding: {x: {aggregate: 'median', field: 'ms', title: 'ms'}, color: {value: theme.color('ink')}}},
        ],
    });
}

function drawRun()
{
    const items = shown();
    drawForest();
    drawWaterfall();
    /* Points of an explanation or an experiment differ by design: a mean over them says nothing. */
    if (data.explain.length === 0 && mainAxis !== undefined)
    {
        drawSweeps(items);
        drawGrids(items);
        drawPointBoxes(items);
    }
    else if (data.explain.length === 0)
        drawThroughput(items);
    drawRtt(items);
    drawDrops(items);
    if (data.start.suite === 'matrix')
        drawConnect(items);
}
