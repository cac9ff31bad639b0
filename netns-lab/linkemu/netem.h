/* The same impairments by the kernel's netem, where it can do them. */
#ifndef OV_LINKEMU_NETEM_H
#define OV_LINKEMU_NETEM_H

#include "netns-lab/linkemu/spec.h"

#include <stdbool.h>
#include <stddef.h>

#define EMU_NETEM_LEN 256u

/* Writes the words behind "tc qdisc ... netem". False with a sentence that names what netem cannot do. The
 * kernels of today's releases take no seed: the draws are their own. */
bool emu_netem_words(char words[static EMU_NETEM_LEN], const struct emu_spec *spec,
                     char why[static EMU_SPEC_WHY_LEN]);

#endif
