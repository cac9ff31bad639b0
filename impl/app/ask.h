#ifndef OV_APP_ASK_H
#define OV_APP_ASK_H

#include <stdbool.h>

#include "base/err.h"
#include "manage/manage.h"

/* Questions to whoever controls this program by management: one at a time, answered by its commands (username,
 * password, needok, needstr, certificate) while everything else goes on. */

#define OV_ASK_TYPE 128u
#define OV_ASK_TEXT 512u /* with NUL */

enum ov_ask_kind
{
    OV_ASK_NONE = 0,
    OV_ASK_LOGIN,      /* name and password */
    OV_ASK_PASSWORD,   /* of a key, a token */
    OV_ASK_OK,         /* "ok" or "cancel" */
    OV_ASK_STRING,     /* a text */
    OV_ASK_CERTIFICATE /* lines of PEM */
};

/* All-zero: there is no management. Holds passwords: ov_ask_drop is their end. */
struct ov_ask
{
    struct ov_manage *manage; /* borrowed */
    enum ov_ask_kind kind;
    char type[OV_ASK_TYPE]; /* such as "Auth", "Private Key" */
    unsigned got;
    bool done;
    char username[OV_MANAGE_WORD + 1];
    char text[OV_ASK_TEXT];      /* password, text, "ok", "cancel" */
    char taken[OV_ASK_TYPE];     /* of a password whose lines are being read */
    char *lines;                 /* of CERTIFICATE; owned */
    void (*answered)(void *ctx); /* NULL: somebody looks at done */
    void *ctx;
};

/* ask must stay where it is until close. */
void ov_ask_open(struct ov_ask *ask, struct ov_manage *manage);
void ov_ask_close(struct ov_ask *ask);

/* type: what the answer has to name; more: what 2.x tells behind it, "" for nothing; a text to show for OK and
 * STRING, the hint for CERTIFICATE. A question that waits is replaced. */
void ov_ask_for(struct ov_ask *ask, enum ov_ask_kind kind, const char *type, const char *more,
                void (*answered)(void *ctx), void *ctx);
/* Is this question under way or answered? */
bool ov_ask_is(const struct ov_ask *ask, enum ov_ask_kind kind, const char *type);
/* Until it is answered; for the start of a program, when there is nothing else to do. */
void ov_ask_wait(struct ov_ask *ask);
/* Question and answer are forgotten. */
void ov_ask_drop(struct ov_ask *ask);

#endif
