#ifndef OV_APP_CONTROL_H
#define OV_APP_CONTROL_H

#include "app/ask.h"
#include "app/card_desk.h"
#include "app/key_desk.h"
#include "base/log.h"
#include "options/config.h"

/* What one run of a program has of management: the interface, questions to it, and a key that it keeps. */
struct ov_control
{
    struct ov_manage *manage; /* NULL: none */
    struct ov_ask ask;
    struct ov_key_desk desk;
    struct ov_card_desk card;
    const struct ov_config *config;
    struct ov_log *log; /* whose level verb changes; NULL: not yet */
    bool passed;        /* the hold before the first attempt is over already */
};

/* As the configuration says; *log becomes one that tells there too. False: the log says why. control must stay where
 * it is. */
bool ov_control_open(struct ov_control *control, const struct ov_config *config, struct ov_log *log);
/* Before the first question at the start: --management-hold comes first. False: there is nobody to ask. */
bool ov_control_may_ask(struct ov_control *control);
/* --management-external-cert: lines of PEM, valid until the next question. NULL: none came. */
const char *ov_control_certificate(struct ov_control *control, const char *hint);
/* The password of a key, "Private Key" or "NAME token"; false: none. */
bool ov_control_password(struct ov_control *control, const char *type, char *out, size_t cap);
/* From now on a question lets everything else go on. NULL is fine. */
void ov_control_runs(struct ov_control *control);
void ov_control_close(struct ov_control *control);

/* control_commands.c: what every program answers, and what it answers that has no use for a command. */
void ov_control_commands_open(struct ov_control *control);

#endif
