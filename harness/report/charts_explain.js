/* Charts of `ovlab explain`. */
'use strict';
/* What `ovlab explain` found: a factor at a time from one end to the other, and each factor's effect on its own. A step
 * that the noise hides keeps its bar, paler, and a question mark instead of a share. */
const wayOf = step => ['faster', 'slower'].includes(step.told) ? step.told
    : step.told || !(step.ratio_low > 1 || step.ratio_high < 1) ? 'undecided' : step.ratio_high < 1 ? 'slower' : 'faster';

function drawWaterfall()
{
    const log = {type: 'log', nice: false, padding: 26};
    const ways = ['faster', 'slower', 'undecided'];
    for (const found of data.explain)
        for (const series of found.series)
        {
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
            chart('waterfall-' + series.name, 'What explains the gap, ' + (series.title || wordsOf(series.name)),
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
        .map(effect => ({...effect, alike: (effect.aliases || []).join(', ') || 'none', way: wayOf(effect)}));
    if (values.length === 0)
        return;
    const noise = series.effects_degrees > 0 ? 'from the noise between ' + series.effects_rounds + ' rounds' : 'by Lenth\'s method, of one round';
    chart('effects-' + series.name, 'Effect of each factor and pair, ' + (series.title || wordsOf(series.name)),
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
