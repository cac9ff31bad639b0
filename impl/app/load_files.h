#ifndef OV_APP_LOAD_FILES_H
#define OV_APP_LOAD_FILES_H

#include "options/text.h"

/* Reads files for the options. Anything that can be read to its end will do:
 * a pipe too. Temporary copies are wiped, because most of these files are keys. */
extern const struct ov_loader ov_file_loader;

#endif
