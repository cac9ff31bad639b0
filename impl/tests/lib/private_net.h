#ifndef OV_TESTS_PRIVATE_NET_H
#define OV_TESTS_PRIVATE_NET_H

#include <stdbool.h>
#include <stddef.h>

/* Move this test program into a network and mount namespace of its own, as
 * root of it, with lo up. False with the reason in text where the machine
 * doesn't allow it: the test then says SKIP and the reason. */
bool private_net_enter(char *text, size_t cap);

#endif
