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
                        mbps: value, href: rawLink(item)}));
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
        chart('throughput-' + kind.replace(/\W/g, '-'), 'Throughput, ' + kind,
            'Mean with its bootstrapped 95 % interval over ' + (repeated ? 'rounds' : 'the seconds of one transfer (not of repeated runs)') +
            '; the dots are what it is of. Logarithmic.' + disturbed, {
            data: {values: of},
            height: rowsHigh(of, 'subject', 24),
            encoding: {y, x: {type: 'quantitative', scale: {type: 'log', nice: false, padding: 14}, axis: {format: '~s', tickCount: 5, labelOverlap: true}}},
            layer: [
                {mark: {type: 'point', opacity: 0.35, size: 22, filled: true},
                    encoding: {x: {field: 'mbps', title: 'Mbit/s'}, color: {value: theme.color('soft')},
                        href: {field: 'href'}, tooltip: [{field: 'case'}, {field: 'mbps', format: format3}]}},
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
        chart('boxes-' + kind.replace(/\W/g, '-'), 'Spread of throughput, ' + kind,
            'Each second or interval: median and quartiles; whiskers reach the least and the most. Logarithmic.', {
            data: {values}, height: rowsHigh(values, 'subject', 22),
            mark: {type: 'boxplot', extent: 'min-max', size: 12, color: theme.palette()[0]},
            encoding: {y: {field: 'subject', type: 'nominal', title: null, sort: order},
                x: {field: 'mbps', type: 'quantitative', title: 'Mbit/s', scale: {type: 'log', nice: false, padding: 14},
                    axis: {format: '~s', tickCount: 5, labelOverlap: true}}},
        });
    }
}

/* Ratios with intervals: goals of a benchmark, series of a comparison. */
function drawForest()
{
    const rows = [];
    for (const item of data.cases)
        for (const line of item.measurements)
            if (line.values.ratio_low !== undefined && line.values.ratio > 0 && line.values.ratio_low > 0)
            {
                const [, what, one, other] = /^(.*?): (.+?) \/ (.+?) [<>]=/.exec(line.name) || [0, line.name, '', ''];
                rows.push({name: one ? what + ': ' + one + ' / ' + other : what, ratio: line.values.ratio, low: line.values.ratio_low,
                    high: line.values.ratio_high, limit: line.values.limit, href: 'run.jsonl',
                    goal: line.values.limit !== undefined ? line.name.replace(/^.* ([<>]=)/, '$1') : ''});
            }
    const text = (state.values.text || '').toLowerCase();
    const subject = state.values.subject || '';
    const values = rows.filter(row => row.name.toLowerCase().includes(text) && row.name.includes(subject));
    if (values.length === 0)
        return;
    const split = narrow() && values.every(row => row.name.includes(': '));
    chart('forest', 'Ratios with 95 % intervals', 'Right of the line at 1: more than the other. A tick marks the goal.', {
        data: {values},
        height: rowsHigh(values, 'name', split ? 34 : 22),
        encoding: {y: {field: 'name', type: 'nominal', sort: null, title: null, axis: {labelLimit: narrow() ? 190 : 380,
            labelFontSize: narrow() ? 10 : 12, ...(split ? {labelExpr: "split(datum.label, ': ')"} : {})}}},
        layer: [
            {mark: {type: 'rule', strokeDash: [3, 3]}, encoding: {x: {datum: 1}, y: null}},
            {mark: {type: 'rule', strokeWidth: 2, color: theme.palette()[0]},
                encoding: {x: {field: 'low', type: 'quantitative', scale: {type: 'log', nice: false, padding: 14}, title: 'ratio',
                    axis: {format: '~g', labelOverlap: true}}, x2: {field: 'high'}}},
            {mark: {type: 'point', shape: 'diamond', filled: true, size: 60, color: theme.palette()[0]},
                encoding: {x: {field: 'ratio', type: 'quantitative'}, href: {field: 'href'},
                    tooltip: [{field: 'name'}, {field: 'ratio', format: '.3'}, {field: 'low', format: '.3'}, {field: 'high', format: '.3'}, {field: 'goal'}]}},
            {transform: [{filter: 'isValid(datum.limit)'}], mark: {type: 'tick', thickness: 3, size: 14, color: theme.palette()[1]},
                encoding: {x: {field: 'limit', type: 'quantitative'}, tooltip: [{field: 'goal'}]}},
        ],
    });
}

function drawGrids(items)
{
    const grids = (data.start.experiment || {}).grids || [];
    const axes = (data.start.experiment || {}).axes || [];
    const order = key => ((axes.find(axis => axis.key === key) || {}).values || []).map(String);
    grids.forEach((grid, index) => {
        const values = items.filter(item => item.grids && item.grids[index] !== null).map(item => ({
            subject: subjectOf(item) + other(item, axes, grid), row: shortText(item.cell.values[grid.rows], order(grid.rows)),
            column: shortText(item.cell.values[grid.across], order(grid.across)), value: item.grids[index],
            disturbed: item.verdict === 'TAINTED' ? 1 : 0}));
        if (values.length === 0)
            return;
        const fit = panels(new Set(values.map(row => row.subject)).size, 3);
        chart('heat-' + index, grid.title + (grid.unit ? ', ' + grid.unit : ''),
            'Median over the repeats; rows: ' + grid.rows + ', columns: ' + grid.across + '. A ~ before a number: a disturbed case, no result.', {
            data: {values}, width: undefined, autosize: undefined,
            transform: [{aggregate: [{op: 'median', field: 'value', as: 'value'}, {op: 'max', field: 'disturbed', as: 'disturbed'}], groupby: ['subject', 'row', 'column']},
                {calculate: "(datum.disturbed ? '~' : '') + format(datum.value, '.3~r')", as: 'text'}],
            facet: {field: 'subject', type: 'nominal', title: null}, columns: fit.columns,
            spec: {width: fit.width, height: rowsHigh(values, 'row', 26),
                encoding: {y: {field: 'row', type: 'ordinal', sort: order(grid.rows), title: grid.rows},
                    x: {field: 'column', type: 'ordinal', sort: order(grid.across), title: grid.across, axis: {labelAngle: 0}}},
                layer: [
                    {mark: 'rect', encoding: {color: {field: 'value', type: 'quantitative', legend: null, scale: {scheme: 'viridis'}},
                        tooltip: [{field: 'subject'}, {field: 'row'}, {field: 'column'}, {field: 'value', format: format3}]}},
                    {mark: {type: 'text', stroke: '#00000099', strokeWidth: 3, strokeJoin: 'round'}, encoding: {text: {field: 'text'}, color: {value: '#000'}}},
                    {mark: {type: 'text'}, encoding: {text: {field: 'text'}, color: {value: '#fff'}}},
                ]}},
        );
    });
}

/* Values of the axes that are neither the subject's nor the grid's own. */
function other(item, axes, grid)
{
    return axes.filter(axis => !['subject', grid.rows, grid.across].includes(axis.key) && axis.values.length > 1)
        .map(axis => ', ' + axis.key + ' ' + item.cell.values[axis.key]).join('');
}

/* 8192 as the experiment's file has it: 8k. */
function shortText(value, texts)
{
    const size = {k: 1024, M: 1048576, G: 1073741824};
    const same = texts.find(text => text === String(value) || Number(text.slice(0, -1)) * (size[text.slice(-1)] || NaN) === Number(value));
    return same === undefined ? String(value) : same;
}

function drawRtt(items)
{
    const found = {};
    for (const item of usable(items))
        for (const line of item.measurements)
            for (const rtt of line.samples.rtt_ms || [])
                if (rtt > 0)
                    (found[line.name] = found[line.name] || []).push({subject: item.named, rtt});
    for (const name of Object.keys(found).sort().slice(0, 4))
    {
        const names = fewest(found[name].map(row => row.subject));
        const values = found[name].filter(row => names.includes(row.subject));
        chart('rtt-' + name.replace(/\W/g, '-'), 'Round-trip time, ' + name,
            'Share of pings that came back within this time (CDF), logarithmic.' +
            (values.length < found[name].length ? ' The first ' + LINES + ' subjects; a filter shows the others.' : '') + disturbed, {
            data: {values}, height: 260,
            transform: [
                {sort: [{field: 'rtt'}], window: [{op: 'count', as: 'place'}], groupby: ['subject'], frame: [null, 0]},
                {joinaggregate: [{op: 'count', as: 'all'}], groupby: ['subject']},
                {calculate: 'datum.place / datum.all', as: 'share'}],
            mark: {type: 'line', interpolate: 'step-after', strokeWidth: 2},
            encoding: {x: {field: 'rtt', type: 'quantitative', scale: {type: 'log'}, title: 'ms', axis: {format: '~g', tickCount: 6}},
                y: {field: 'share', type: 'quantitative', title: 'share', axis: {format: '%'}},
                color: {field: 'subject', type: 'nominal', legend: legend()},
                strokeDash: {field: 'subject', type: 'nominal', legend: legend()},
                tooltip: [{field: 'subject'}, {field: 'rtt', format: '.3'}, {field: 'share', format: '.1%'}]},
        });
    }
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
                        values.push({t: line.t, case: item.id, where: key.replaceAll('_', ' '), count, href: rawLink(item)});
    if (values.length === 0)
        return;
    chart('drops', 'Drops over time', 'What each measurement lost, and where, in the order of the run. A point leads to its logs.', {
        data: {values}, height: 260,
        mark: {type: 'point', filled: true, size: 45, opacity: 0.8},
        encoding: {x: {field: 't', type: 'quantitative', title: 'seconds since the run began'},
            y: {field: 'count', type: 'quantitative', scale: {type: 'symlog'}, title: 'packets', axis: {format: ',d', values: [0, 1, 10, 100, 1000, 10000, 100000]}},
            ...byName('where'), href: {field: 'href'},
            tooltip: [{field: 'case'}, {field: 'where'}, {field: 'count', format: ','}]},
    });
}

/* What `ovlab explain` found: a factor at a time from one end to the other, and each factor's effect on its own. A step
 * that the noise hides keeps its bar, paler, and a question mark instead of a share. */
function drawWaterfall()
{
    const log = {type: 'log', nice: false, padding: 26};
    const ways = ['faster', 'slower', 'undecided'];
    for (const found of data.explain)
        for (const series of found.series)
        {
            const wayOf = step => ['faster', 'slower'].includes(step.told) ? step.told : step.told ? 'undecided' : step.after < step.before ? 'slower' : 'faster';
            const shareOf = step => wayOf(step) === 'undecided' ? '?' : step.share === null || step.share === undefined ? '' : Math.round(100 * step.share) + ' %';
            const end = (name, level) => ({name, before: level, after: level, way: 'end', share: '', level});
            const steps = series.steps.map(step => ({...step, name: '+ ' + (narrow() ? step.factor : step.title || step.factor), way: wayOf(step), share: shareOf(step), level: step.after,
                low: step.ratio_low && step.before * step.ratio_low, high: step.ratio_high && step.before * step.ratio_high}));
            const values = [end(found.a, series.a), ...steps, end(found.b, series.b)].filter(row => row.before > 0 && row.after > 0);
            /* An interval over orders of magnitude would hide the bars: what leaves the picture ends at its edge. */
            const levels = values.flatMap(row => [row.before, row.after]);
            const least = Math.min(...levels) / 2, most = Math.max(...levels) * 2;
            for (const row of values.filter(row => row.low > 0 && row.high > 0))
                Object.assign(row, {low: Math.min(most, Math.max(least, row.low)), high: Math.max(least, Math.min(most, row.high))});
            chart('waterfall-' + series.name, 'What explains the gap, ' + (series.title || series.name),
                'A factor at a time, ' + series.unit + ', logarithmic: the bar is what it changes (medians), the line the 95 % interval of the change, the number its share of the gap, ? where noise hides it.' +
                (found.disturbed_kept ? ' Disturbed points count here, so this is no result.' : ''), {
                data: {values}, height: rowsHigh(values, 'name', 32),
                encoding: {y: {field: 'name', type: 'nominal', sort: null, title: null, axis: {labelLimit: narrow() ? 130 : 330, grid: false}}},
                layer: [
                    {mark: {type: 'bar', size: 15}, encoding: {x: {field: 'before', type: 'quantitative', scale: log, title: series.unit, axis: {format: '~s', tickCount: narrow() ? 4 : 8}}, x2: {field: 'after'},
                        color: {field: 'way', type: 'nominal', scale: {domain: ways, range: theme.palette().slice(0, 2).concat(theme.color('soft'))}, legend: legend()},
                        fillOpacity: {condition: {test: "datum.way === 'undecided'", value: 0.4}, value: 1},
                        tooltip: [{field: 'name'}, {field: 'before', format: format3}, {field: 'after', format: format3}, {field: 'ratio', format: '.3'}, {field: 'told'}, {field: 'share', title: 'share'}]}},
                    {transform: [{filter: 'datum.low > 0 && datum.high > 0'}], mark: {type: 'rule', strokeWidth: 1.5},
                        encoding: {x: {field: 'low', type: 'quantitative'}, x2: {field: 'high'}}},
                    {mark: {type: 'tick', thickness: 3, size: 21, color: theme.color('ink')}, encoding: {x: {field: 'level', type: 'quantitative'}}},
                    {mark: {type: 'text', align: 'left', dx: 5, dy: -11, fontSize: 11, color: theme.color('ink')}, encoding: {x: {field: 'level', type: 'quantitative'}, text: {field: 'share'}}},
                ],
            });
            drawEffects(series, log);
        }
}

function drawEffects(series, log)
{
    const values = (series.effects || []).filter(effect => effect.ratio > 0)
        .map(effect => ({...effect, alike: (effect.aliases || []).join(', ') || 'none', way: ['faster', 'slower'].includes(effect.told) ? effect.told : 'undecided'}));
    if (values.length === 0)
        return;
    const noise = series.effects_degrees > 0 ? 'from the noise between ' + series.effects_rounds + ' rounds' : 'by Lenth\'s method, of one round';
    chart('effects-' + series.name, 'Effect of each factor and pair, ' + (series.title || series.name),
        'Ratio of on to off over all settings of the others; a pair: how much more or less both do together. 95 % intervals ' + noise + '.', {
        data: {values}, height: rowsHigh(values, 'name', 22),
        encoding: {y: {field: 'name', type: 'nominal', sort: null, title: null, axis: {labelLimit: narrow() ? 130 : 330}},
            color: {field: 'way', type: 'nominal', scale: {domain: ['faster', 'slower', 'undecided'], range: theme.palette().slice(0, 2).concat(theme.color('soft'))}, legend: legend()}},
        layer: [
            {mark: {type: 'rule', strokeDash: [3, 3]}, encoding: {x: {datum: 1}, y: null, color: {value: theme.color('soft')}}},
            {mark: {type: 'rule', strokeWidth: 2}, encoding: {x: {field: 'ratio_low', type: 'quantitative', scale: log, title: 'ratio', axis: {format: '~g', tickCount: narrow() ? 4 : 8}}, x2: {field: 'ratio_high'}}},
            {mark: {type: 'point', shape: 'diamond', filled: true, size: 60, opacity: 1}, encoding: {x: {field: 'ratio', type: 'quantitative'},
                tooltip: [{field: 'name'}, {field: 'ratio', format: '.3'}, {field: 'way'}, {field: 'alike', title: 'not told from'}]}},
        ],
    });
}

function drawRun()
{
    const items = shown();
    drawForest();
    drawWaterfall();
    drawGrids(items);
    /* Points of an explanation differ by design: their mean says nothing. */
    if (data.explain.length === 0)
        drawThroughput(items);
    drawRtt(items);
    drawDrops(items);
}
