/* Exit statuses as other programs want them. */
#ifndef OV_LAB_EXIT_STYLE_H
#define OV_LAB_EXIT_STYLE_H

#include <stdbool.h>

enum lab_exit_style
{
    LAB_STYLE_KSFT,     /* as they are: 4 skipped, 5 undecided */
    LAB_STYLE_AUTOMAKE, /* skipped is 77 */
    LAB_STYLE_GATE,     /* undecided is no reason to stop: 5 becomes 0 */
};

/* False for a name that is none of ksft, automake, gate. */
bool lab_exit_style_parse(const char *name, enum lab_exit_style *style);

int lab_exit_styled(enum lab_exit_style style, int status);

#endif
