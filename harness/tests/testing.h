/* cmocka, with what it wants before it, and comparing of doubles. */
#ifndef OV_TESTS_TESTING_H
#define OV_TESTS_TESTING_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define assert_close(left, right, allowed)                                                                   \
    do                                                                                                       \
    {                                                                                                        \
        double left_ = (left);                                                                               \
        double right_ = (right);                                                                             \
        if (!(fabs(left_ - right_) <= (allowed)))                                                            \
        {                                                                                                    \
            fail_msg("%s is %.12g, not %.12g", #left, left_, right_);                                        \
        }                                                                                                    \
    } while (0)

#endif
