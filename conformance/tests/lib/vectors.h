/* Reads conformance/vectors/NAME.txt (format: conformance/vectors/README.md). */
#ifndef OV_TESTS_VECTORS_H
#define OV_TESTS_VECTORS_H

#include <stddef.h>
#include <stdint.h>

/* The octets of one entry, *len of them, to be freed. Fails the test if there is no such entry. */
uint8_t *vector_octets(const char *file, const char *section, const char *key, size_t *len);

#endif
