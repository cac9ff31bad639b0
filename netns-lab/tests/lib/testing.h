/* cmocka, with what it wants before it. */
#ifndef OV_NETNS_TESTS_TESTING_H
#define OV_NETNS_TESTS_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
