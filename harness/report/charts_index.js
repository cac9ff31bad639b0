/* The charts of the dashboard: verdicts by run, and each series over commits. */
'use strict';
const VERDICT_RUNS = 24;
function drawVerdicts()
{
    const runs = shown().filter(run => run.verdicts).sort((one, two) => two.started.localeCompare(one.started));
    const values = runs.slice(0, VERDICT_RUNS).flatMap(run => Object.entries(run.verdicts)
        .filter(([, count]) => count > 0)
        .map(([verdict, count]) => ({run: run.run_id, started: run.started, verdict, count, href: run.link + '/report.html'})));
    if (values.length === 0)
        return;
    chart('verdicts', 'Verdicts by run', (runs.length > VERDICT_RUNS ? 'The newest ' + VERDICT_RUNS + ', n' : 'N') + 'ewest first. A bar opens its run.', {
        data: {values}, height: rowsHigh(values, 'run', 20),
        mark: {type: 'bar'},
        encoding: {y: {field: 'run', type: 'nominal', sort: {field: 'started', order: 'descending'}, title: null, axis: {labelLimit: narrow() ? 150 : 260}},
            x: {field: 'count', type: 'quantitative', stack: 'normalize', title: 'share of cases', axis: {format: '%'}},
            color: {field: 'verdict', type: 'nominal', legend: legend(), scale: {
                domain: ['PASS', 'FAIL', 'UNSUPPORTED', 'TAINTED', 'INCONCLUSIVE', 'ERROR'],
                range: [theme.color('pass'), theme.palette()[1], theme.color('line'), theme.palette()[4], theme.palette()[5], theme.palette()[3]]}},
            href: {field: 'href'}, tooltip: [{field: 'run'}, {field: 'verdict'}, {field: 'count'}]},
    });
}

function drawTrends()
{
    const text = (state.values.text || '').toLowerCase();
    const links = new Set(shown().map(run => run.link));
    const subject = state.values.subject || '';
    /* Of one point alone there is no trend. */
    const known = data.series.filter(series => series.points.length > 1 && series.name.includes(subject) && series.points.some(point => links.has(point.link)));
    const named = text && known.filter(series => series.name.toLowerCase().includes(text));
    const select = named && named.length > 0 ? named : known;
    /* The longest first: a trend needs points. */
    const most = [...select].sort((one, two) => two.points.length - one.points.length || one.name.localeCompare(two.name));
    const main = most.filter(series => /goodput|_mbps|rtt_p50|cpu/.test(series.name));
    for (const [index, series] of (main.length > 0 ? main : most).slice(0, 8).entries())
    {
        const points = series.points.map(point => ({...point, order: point.started, href: point.link + '/report.html', epoch: 'machine ' + (point.epoch + 1)}));
        chart('trend-' + index, 'Trend: ' + series.name, 'Ratio to the reference of the same run, by commit in order of time' +
            (series.points.some(point => point.low !== null) ? '; the bar is the 95 % interval over the rounds of the run' : '') +
            (series.changes.length > 0 ? '; a line marks a change of level.' : '; no change of level found (it takes about 13 runs).'), {
            data: {values: points}, height: 160,
            encoding: {x: {field: 'order', type: 'ordinal', title: null,
                axis: {labelAngle: -40, labelExpr: 'substring(datum.value, 5, 16)', labelOverlap: true}}},
            layer: [
                {mark: {type: 'line', strokeWidth: 1.5}, encoding: {y: {field: 'ratio', type: 'quantitative', scale: {zero: false}, title: 'ratio to the reference'}, detail: {field: 'epoch'}}},
                {transform: [{filter: 'isValid(datum.low) && datum.low !== null'}], mark: {type: 'rule', strokeWidth: 2, opacity: 0.6},
                    encoding: {y: {field: 'low', type: 'quantitative'}, y2: {field: 'high'}, color: {field: 'epoch', type: 'nominal', legend: legend()}}},
                {mark: {type: 'point', size: 60, filled: true}, encoding: {y: {field: 'ratio', type: 'quantitative', scale: {zero: false}}, ...byName('epoch'),
                    href: {field: 'href'}, tooltip: [{field: 'commit'}, {field: 'started'}, {field: 'ratio', format: '.3'}, {field: 'low', format: '.3'}, {field: 'high', format: '.3'}, {field: 'epoch'}]}},
                {data: {values: series.changes}, mark: {type: 'rule', strokeWidth: 2, strokeDash: [6, 3]},
                    encoding: {x: {field: 'started', type: 'ordinal'}, color: {value: theme.palette()[1]},
                        tooltip: [{field: 'commit'}, {field: 'before', format: '.3'}, {field: 'after', format: '.3'}, {field: 'p', format: '.4f'}, {field: 'worse'}]}},
            ],
        });
    }
}

function drawIndex()
{
    drawVerdicts();
    drawTrends();
}
