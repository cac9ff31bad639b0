/* Numbers with a unit: "20ms", "1.5mbit", "0.1%", "64kb". */
#ifndef OV_LINKEMU_QUANTITY_H
#define OV_LINKEMU_QUANTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each reads len octets whole. False: not such a number, or out of range. */
bool emu_quantity_time(const char *text, size_t len, uint64_t *ns);     /* at most an hour */
bool emu_quantity_rate(const char *text, size_t len, uint64_t *bps);    /* 1 kbit to 1000 gbit */
bool emu_quantity_size(const char *text, size_t len, uint64_t *octets); /* at most 1000 mb */
bool emu_quantity_percent(const char *text, size_t len, uint32_t *ppb);
bool emu_quantity_count(const char *text, size_t len, uint32_t low, uint32_t high, uint32_t *count);

#endif
