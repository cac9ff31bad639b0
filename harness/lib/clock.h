/* Clocks. Durations come from the monotonic clock; the wall clock only names
 * records. */
#ifndef OV_LAB_CLOCK_H
#define OV_LAB_CLOCK_H

#include <stddef.h>
#include <stdint.h>

uint64_t lab_now_ns(void);
uint64_t lab_now_us(void);
uint64_t lab_now_ms(void);

/* Sleeps until lab_now_ns() is that; signals don't cut it short. */
void lab_sleep_until(uint64_t ns);

/* Writes 20261122T153000Z (basic, for names) or 2026-11-22T15:30:00Z. */
void lab_utc_basic(char *dst, size_t size);
void lab_utc_extended(char *dst, size_t size);

#endif
