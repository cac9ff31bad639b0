#include "lib/clock.h"

#include <errno.h>
#include <time.h>

uint64_t lab_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t lab_now_us(void)
{
    return lab_now_ns() / 1000u;
}

uint64_t lab_now_ms(void)
{
    return lab_now_us() / 1000u;
}

void lab_sleep_until(uint64_t ns)
{
    struct timespec until = {(time_t)(ns / 1000000000u), (long)(ns % 1000000000u)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
    {
    }
}

static void utc_format(char *dst, size_t size, const char *format)
{
    time_t now = time(NULL);
    struct tm parts;
    gmtime_r(&now, &parts);
    if (strftime(dst, size, format, &parts) == 0 && size > 0)
    {
        dst[0] = '\0';
    }
}

void lab_utc_basic(char *dst, size_t size)
{
    utc_format(dst, size, "%Y%m%dT%H%M%SZ");
}

void lab_utc_extended(char *dst, size_t size)
{
    utc_format(dst, size, "%Y-%m-%dT%H:%M:%SZ");
}
