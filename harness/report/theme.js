/* Light and dark: what the system prefers, until the reader chooses; and the colours that charts take from the page. */
'use strict';
const theme = {
    now()
    {
        const chosen = document.documentElement.dataset.theme;
        return chosen || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
    },

    choose(name)
    {
        document.documentElement.dataset.theme = name;
    },

    color(name)
    {
        return getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
    },

    /* Okabe and Ito, without black; lightened a little on dark paper by order. */
    palette()
    {
        return theme.now() === 'dark'
            ? ['#56b4e9', '#e69f00', '#2bc59a', '#f08a4b', '#d59cc0', '#f0e442', '#7aa6d8', '#c8c8c8']
            : ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#b08000', '#56b4e9', '#6b4fa0', '#555555'];
    },

    vega()
    {
        const ink = theme.color('ink'), soft = theme.color('soft'), line = theme.color('line');
        return {
            background: 'transparent',
            font: 'system-ui, DejaVu Sans, sans-serif',
            view: {stroke: line},
            axis: {labelColor: soft, titleColor: soft, gridColor: line, domainColor: line, tickColor: line, labelLimit: 170,
                   titleFontWeight: 'normal', labelFontSize: 12, titleFontSize: 12},
            legend: {symbolOpacity: 1, labelColor: ink, titleColor: soft, labelFontSize: 12, labelLimit: 260, titleFontWeight: 'normal'},
            header: {labelColor: ink, titleColor: soft, labelFontSize: 12, labelLimit: 260},
            title: {color: ink},
            range: {category: theme.palette()},
            rule: {color: soft},
            text: {color: ink},
            boxplot: {median: {color: ink}, rule: {color: soft}, ticks: false},
            errorbar: {rule: {strokeWidth: 2}},
        };
    },
};
