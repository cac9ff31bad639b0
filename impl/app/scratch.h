#ifndef OV_APP_SCRATCH_H
#define OV_APP_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/log.h"

/* Files by which a program and we talk: a folder of their own that only we can
 * enter, and that goes with everything in it. */

enum ov_scratch_file
{
    OV_SCRATCH_LOGIN = 0, /* name and password */
    OV_SCRATCH_CONTROL,   /* auth_control_file */
    OV_SCRATCH_PENDING,   /* auth_pending_file */
    OV_SCRATCH_REASON,    /* auth_failed_reason_file */
    OV_SCRATCH_ANSWER,    /* of the client */
    OV_SCRATCH_SETTINGS,  /* client_connect_config_file */
    OV_SCRATCH_DEFERRED,  /* client_connect_deferred_file */
    OV_SCRATCH_METADATA,  /* metadata_file: octets of a client key */
    OV_SCRATCH_COUNT
};

#define OV_SCRATCH_PATH 256u

/* All-zero: closed. */
struct ov_scratch
{
    char dir[OV_SCRATCH_PATH];
    char path[OV_SCRATCH_COUNT][OV_SCRATCH_PATH + 16];
};

/* parent NULL: $TMPDIR, else /tmp. The files that a program writes exist and are empty. False: the log says why. */
bool ov_scratch_open(struct ov_scratch *scratch, const char *parent, const struct ov_log *log);
void ov_scratch_close(struct ov_scratch *scratch);

const char *ov_scratch_path(const struct ov_scratch *scratch, enum ov_scratch_file file);
bool ov_scratch_write(struct ov_scratch *scratch, enum ov_scratch_file file, const char *text);
bool ov_scratch_write_octets(struct ov_scratch *scratch, enum ov_scratch_file file, const void *data,
                             size_t len);
/* The beginning of the file as text. False: there is nothing in it, or it is no plain file. */
bool ov_scratch_read(const struct ov_scratch *scratch, enum ov_scratch_file file, char *out, size_t cap);
void ov_scratch_remove(struct ov_scratch *scratch, enum ov_scratch_file file);

#endif
