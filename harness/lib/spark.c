#include "lib/spark.h"

#include <langinfo.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

bool lab_spark_utf8(void)
{
    /* Of its own, so that numbers keep being printed as in C. */
    locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    bool utf8 = locale != (locale_t)0 && strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
    if (locale != (locale_t)0)
    {
        freelocale(locale);
    }
    return utf8;
}

void lab_spark(char *text, size_t size, const double *values, size_t count, size_t max, bool utf8)
{
    static const char *const bars[2][8] = {
        {".", ":", "-", "=", "+", "*", "%", "#"},
        {"\xe2\x96\x81", "\xe2\x96\x82", "\xe2\x96\x83", "\xe2\x96\x84", "\xe2\x96\x85", "\xe2\x96\x86",
         "\xe2\x96\x87", "\xe2\x96\x88"},
    };
    size_t first = count > max ? count - max : 0;
    double low = INFINITY;
    double high = -INFINITY;
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = first; i < count; i++)
    {
        low = isfinite(values[i]) ? fmin(low, values[i]) : low;
        high = isfinite(values[i]) ? fmax(high, values[i]) : high;
    }
    for (size_t i = first; i < count && used + 4 <= size; i++)
    {
        double share = high > low ? (values[i] - low) / (high - low) : 0.5;
        const char *bar = isfinite(values[i]) ? bars[utf8][(size_t)(share * 7.0 + 0.5)] : " ";
        used += (size_t)snprintf(text + used, size - used, "%s", bar);
    }
}
