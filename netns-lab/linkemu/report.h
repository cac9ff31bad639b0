/* The emulator's account of itself, one JSON object. */
#ifndef OV_LINKEMU_REPORT_H
#define OV_LINKEMU_REPORT_H

#include "netns-lab/linkemu/engine.h"

#include <stdbool.h>

/* Writes one line. False: it could not be written whole. */
bool emu_report_write(const struct emu_engine *engine, bool final);

#endif
