/* Charts of an experiment: each figure along an axis, heat maps, and the spread within each point. */
'use strict';
const experiment = (data.start || {}).experiment || {};
const axes = experiment.axes || [];
const varying = axes.filter(axis => axis.key !== 'subject' && axis.values.length > 1);
const axisTitle = axis => (axis.title || axis.key) + (axis.unit ? ', ' + axis.unit : '');
const axisTexts = axis => axis.values.map(String);

/* The axis that charts go along: the one whose knee or edge is asked for, else the longest. */
const mainAxis = (() => {
    const wished = [...(experiment.knees || []).map(knee => knee.along), (experiment.bisect || {}).key];
    return varying.find(axis => wished.includes(axis.key)) ||
        varying.reduce((best, axis) => best === undefined || axis.values.length > best.values.length ? axis : best, undefined);
})();

/* Its values are numbers, save the program's own choice. */
const isScale = axis => axis.values.every(value => value === 'default' || /^[0-9.]+[kMG]?$/.test(value));

/* 8192 as the experiment's file has it: 8k. */
function shortText(value, texts)
{
    const size = {k: 1024, M: 1048576, G: 1073741824};
    const same = texts.find(text => text === String(value) || Number(text.slice(0, -1)) * (size[text.slice(-1)] || NaN) === Number(value));
    return same === undefined ? String(value) : same;
}

/* Where a point lies on all axes but some, as text: "transport udp4, RTT 20 ms". */
function setting(item, without)
{
    if (!item.cell || !item.cell.values)
        return '';
    return varying.filter(axis => !without.includes(axis.key)).map(axis =>
        (axis.title || axis.key) + ' ' + shortText(item.cell.values[axis.key], axisTexts(axis)) + (axis.unit ? ' ' + axis.unit : '')).join(', ');
}

/* In the order of the file, not of the run, whose order is drawn. */
function inOrder(items)
{
    const place = (axis, item) => axisTexts(axis).indexOf(shortText(item.cell.values[axis.key], axisTexts(axis)));
    return [...items].filter(item => item.cell && item.cell.values).sort((one, two) => {
        for (const axis of axes)
        {
            const apart = place(axis, one) - place(axis, two);
            if (apart !== 0)
                return apart;
        }
        return one.id.localeCompare(two.id);
    });
}

/* A panel for each setting, side by side; without settings one chart as wide as the page. */
function faceted(values, height, spec)
{
    const settings = [...new Set(values.map(row => row.setting))];
    if (settings.length < 2)
        return {data: {values}, height, ...spec};
    const fit = panels(settings.length, 3);
    return {data: {values}, width: undefined, autosize: undefined, columns: fit.columns,
        facet: {field: 'setting', type: 'nominal', title: null, sort: settings, header: {labelLimit: fit.width}},
        spec: {width: fit.width, height, ...spec}};
}

/* Linear near nought where that occurs, logarithmic where values lie far apart. */
function scaleFor(numbers)
{
    const least = Math.min(...numbers), most = Math.max(...numbers);
    if (least <= 0)
        return most > 100 ? {type: 'symlog', constant: 10} : {};
    return most / least > 8 ? {type: 'log', nice: false, padding: 10} : {zero: true};
}

/* Whole decades, and 2 and 5 between them where there is room; with nought where the scale has it. */
function ticksFor(scale, numbers)
{
    if (!scale.type)
        return {format: '~s', tickCount: 5};
    const most = Math.max(...numbers), least = Math.max(Math.min(...numbers), scale.type === 'symlog' ? 1 : 0);
    const all = [];
    for (let power = Math.floor(Math.log10(least || 1e-3)); power <= Math.ceil(Math.log10(most)); power++)
        all.push(...[1, 2, 5].map(digit => digit * 10 ** power));
    const fits = all.filter(tick => tick >= least / 1.5 && tick <= most * 1.5);
    const some = fits.length <= 7 ? fits : fits.filter(tick => /^1/.test(tick.toPrecision(1)));
    return {format: '~s', values: scale.type === 'symlog' ? [0, ...some.filter(tick => tick >= 10)] : some, labelOverlap: true};
}
const scaleWords = scale => scale.type === 'log' ? ' Logarithmic.' : scale.type === 'symlog' ? ' Logarithmic above 10.' : '';

/* Student's quantiles for 95 %, by degrees of freedom. */
const student = [NaN, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];

/* 95 % interval of the mean, of logarithms where all are above nought; nothing below three values. */
function interval(values)
{
    const n = values.length;
    if (n < 3)
        return {};
    const above = values.every(value => value > 0);
    const list = above ? values.map(Math.log) : values;
    const mean = list.reduce((sum, value) => sum + value, 0) / n;
    const deviation = Math.sqrt(list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
    const half = (student[n - 1] || 1.96) * deviation / Math.sqrt(n);
    const back = above ? Math.exp : value => value;
    return {low: back(mean - half), high: back(mean + half)};
}

function median(values)
{
    const sorted = [...values].sort((one, two) => one - two);
    const half = sorted.length >> 1;
    return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/* Rows of one column: a point each, and one for each cell with its median and interval. */
function sweepRows(items, index)
{
    const rows = [], cells = new Map();
    for (const item of items)
    {
        const value = (item.columns || [])[index];
        if (value === null || value === undefined)
            continue;
        const row = {subject: subjectOf(item), at: shortText(item.cell.values[mainAxis.key], axisTexts(mainAxis)),
            setting: setting(item, [mainAxis.key]), value, case: item.id, href: caseLink(item)};
        if (item.verdict === 'TAINTED')
        {
            rows.push({...row, kind: 'disturbed'});
            continue;
        }
        rows.push({...row, kind: 'point'});
        const key = row.subject + '\n' + row.at + '\n' + row.setting;
        const cell = cells.get(key) || {...row, kind: 'cell', values: []};
        cell.values.push(value);
        cells.set(key, cell);
    }
    for (const cell of cells.values())
        rows.push({...cell, value: median(cell.values), n: cell.values.length, ...interval(cell.values), values: undefined});
    return rows;
}

function drawSweep(items, column, index)
{
    const rows = sweepRows(items, index);
    const numbers = rows.map(row => row.value);
    if (new Set(numbers).size < 2)
        return;
    const scale = scaleFor(numbers);
    /* An interval over orders of magnitude would hide the points: it ends at the edge of the picture. */
    const least = Math.min(...numbers), most = Math.max(...numbers);
    for (const row of rows.filter(row => row.low !== undefined))
        Object.assign(row, {low: Math.max(row.low, least > 0 ? least / 2 : least), high: Math.min(row.high, most * 2)});
    const repeats = rows.filter(row => row.kind === 'cell').map(row => row.n);
    const intervals = rows.some(row => row.low !== undefined);
    const unit = column.unit ? ', ' + column.unit : '';
    const y = {field: 'value', type: 'quantitative', title: column.title + unit, scale, axis: ticksFor(scale, numbers)};
    const seen = rows.some(row => row.kind === 'disturbed');
    const names = !isScale(mainAxis);
    /* Equal figures lie on each other: the later are smaller, so that the earlier show around them. */
    const subjects = [...new Set(rows.map(row => row.subject))].sort();
    for (const row of rows)
        row.size = names ? 60 : 45 + 40 * (subjects.length - 1 - subjects.indexOf(row.subject));
    chart('sweep-' + index, column.title + unit + ', by ' + (mainAxis.title || mainAxis.key),
        (intervals ? 'Median of the repeats, with the 95 % interval of their mean (Student). ' : '') +
        (Math.min(...repeats) < 3 ? (intervals ? 'Where there is no line, fewer than 3 repeats counted. ' : 'Too few repeats for an interval: at most ' + Math.max(0, ...repeats) + ' a point. ') : '') +
        (seen ? 'Hollow: disturbed by the host, no result. ' : '') + 'A point opens its case.' + scaleWords(scale),
        faceted(rows, 220, {
            encoding: {x: {field: 'at', type: 'ordinal', sort: axisTexts(mainAxis), scale: {domain: axisTexts(mainAxis)}, title: axisTitle(mainAxis), axis: {labelAngle: mainAxis.values.length > 6 ? -40 : 0, labelOverlap: true}},
                y, ...(names && subjects.length > 1 ? {xOffset: {field: 'subject', type: 'nominal', sort: subjects, scale: {paddingOuter: 6}}} : {}), color: {field: 'subject', type: 'nominal', legend: legend()}},
            layer: [
                /* Between names there is nothing to draw a line through. */
                !names && {transform: [{filter: "datum.kind === 'cell'"}], mark: {type: 'line', strokeWidth: 1.5}},
                intervals && {transform: [{filter: "datum.kind === 'cell' && isValid(datum.low)"}], mark: {type: 'rule', strokeWidth: 2},
                    encoding: {y: {...y, field: 'low'}, y2: {field: 'high'}}},
                {transform: [{filter: "datum.kind === 'point'"}], mark: {type: 'point', filled: true, size: 16, opacity: 0.4},
                    encoding: {href: {field: 'href'}, tooltip: [{field: 'case'}, {field: 'value', format: format3}]}},
                seen && {transform: [{filter: "datum.kind === 'disturbed'"}], mark: {type: 'point', filled: false, size: 40, opacity: 0.7},
                    encoding: {href: {field: 'href'}, tooltip: [{field: 'case'}, {field: 'value', format: format3}, {field: 'kind'}]}},
                {transform: [{filter: "datum.kind === 'cell'"}], mark: {type: 'point', filled: true, opacity: 1},
                    encoding: {size: {field: 'size', type: 'quantitative', scale: null}, shape: {field: 'subject', type: 'nominal', legend: legend()}, href: {field: 'href'},
                        tooltip: [{field: 'subject'}, {field: 'setting'}, {field: 'at', title: mainAxis.key}, {field: 'value', title: 'median', format: format3},
                            {field: 'low', format: format3}, {field: 'high', format: format3}, {field: 'n', title: 'repeats'}]}},
            ].filter(Boolean)}));
}

function drawSweeps(items)
{
    const sorted = inOrder(items);
    if (mainAxis === undefined || sorted.length === 0)
        return;
    (experiment.columns || []).forEach((column, index) => drawSweep(sorted, column, index));
}

function drawGrids(items)
{
    const texts = key => axisTexts(axes.find(axis => axis.key === key) || {values: []});
    const title = key => axisTitle(axes.find(axis => axis.key === key) || {key});
    (experiment.grids || []).forEach((grid, index) => {
        /* A grid with one row or one column is a line, and drawn as one already. */
        if (texts(grid.rows).length < 2 || texts(grid.across).length < 2)
            return;
        const values = inOrder(items).filter(item => item.grids && item.grids[index] !== null).map(item => ({
            setting: [subjectOf(item), setting(item, [grid.rows, grid.across])].filter(Boolean).join(', '),
            row: shortText(item.cell.values[grid.rows], texts(grid.rows)),
            column: shortText(item.cell.values[grid.across], texts(grid.across)), value: item.grids[index],
            disturbed: item.verdict === 'TAINTED' ? 1 : 0, href: caseLink(item)}));
        if (values.length === 0)
            return;
        const scale = scaleFor(values.map(row => row.value));
        chart('heat-' + index, grid.title + (grid.unit ? ', ' + grid.unit : ''),
            'Median over the repeats; brighter is more. A ~ before a number: a disturbed case, no result. A cell opens its first case.' + scaleWords(scale),
            faceted(values, rowsHigh(values, 'row', 26), {
                transform: [{aggregate: [{op: 'median', field: 'value', as: 'value'}, {op: 'max', field: 'disturbed', as: 'disturbed'}, {op: 'min', field: 'href', as: 'href'}], groupby: ['setting', 'row', 'column']},
                    {calculate: "(datum.disturbed ? '~' : '') + format(datum.value, '.3~r')", as: 'text'}],
                encoding: {y: {field: 'row', type: 'ordinal', sort: texts(grid.rows), title: title(grid.rows)},
                    x: {field: 'column', type: 'ordinal', sort: texts(grid.across), title: title(grid.across), axis: {labelAngle: 0}}},
                layer: [
                    {mark: 'rect', encoding: {color: {field: 'value', type: 'quantitative', legend: null, scale: {...scale, padding: undefined, nice: undefined, zero: undefined, scheme: 'viridis'}},
                        href: {field: 'href'}, tooltip: [{field: 'setting'}, {field: 'row', title: grid.rows}, {field: 'column', title: grid.across}, {field: 'value', title: grid.title, format: format3}]}},
                    {mark: {type: 'text', stroke: '#00000099', strokeWidth: 3, strokeJoin: 'round'}, encoding: {text: {field: 'text'}, color: {value: '#000'}, href: {field: 'href'}}},
                    {mark: {type: 'text'}, encoding: {text: {field: 'text'}, color: {value: '#fff'}, href: {field: 'href'}}},
                ]}));
    });
}

/* Every interval of the transfers, by point: how steady each was. */
function drawPointBoxes(items)
{
    const rows = goodputRows(inOrder(items)).map(row => ({...row, point: row.subject + (row.setting ? ', ' + row.setting : '')}));
    for (const kind of [...new Set(rows.map(row => row.what))].slice(0, 2))
    {
        const values = rows.filter(row => row.what === kind);
        const points = [...new Set(values.map(row => row.point))];
        if (points.length > 48)
            continue;
        chart('boxes-' + kind.replace(/\W/g, '-'), 'Steadiness of ' + wordsOf(kind),
            'Each interval of the transfers of each point: median and quartiles; whiskers reach the least and the most. Logarithmic.' + disturbed, {
            data: {values}, height: points.length * 20,
            mark: {type: 'boxplot', extent: 'min-max', size: 11, color: theme.palette()[0]},
            encoding: {y: {field: 'point', type: 'nominal', title: null, sort: points, axis: {labelLimit: narrow() ? 170 : 380, labelFontSize: narrow() ? 10 : 12}},
                x: {field: 'mbps', type: 'quantitative', title: 'Mbit/s', scale: {type: 'log', nice: false, padding: 14},
                    axis: {format: '~s', tickCount: 5, labelOverlap: true}}},
        });
    }
}
