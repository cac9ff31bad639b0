#ifndef OV_APP_LOAD_CIPHERS_H
#define OV_APP_LOAD_CIPHERS_H

#include "app/program.h"

/* What is there to encrypt with. False: the log says what is missing. */

/* --providers: more algorithms of the TLS library. A library without such parts has nothing to load. */
bool ov_program_load_providers(const struct ov_program *program);
/* A data channel engine that starts here and agrees with the TLS library octet by octet takes over its AEAD. One that
 * was named and can't is an error. */
bool ov_program_choose_engine(struct ov_program *program);
/* Every cipher and digest that is configured is there; optional ones that aren't go. */
bool ov_program_limit_ciphers(struct ov_program *program);

#endif
