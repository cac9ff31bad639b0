#ifndef OV_TESTS_LIB_VECTORS_H
#define OV_TESTS_LIB_VECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reader of conformance/vectors/NAME.txt; the format is described in the README.md there. Everything that is wrong
 * (no such file, section or entry, not hex, too long) fails the running test with a message that names
 * the place, so callers check nothing. The folder is $OV_VECTORS, else conformance/vectors below the
 * current directory. */

struct ov_vec_entry
{
    char *key;
    char *value; /* continuation lines joined, no white space at either end */
};

struct ov_vec_section
{
    char *name;
    struct ov_vec_entry *entries;
    size_t count;
};

struct ov_vec_file
{
    char *name;
    struct ov_vec_section *sections;
    size_t count;
};

/* name is "aead" for aead.txt. Free with ov_vec_free. */
struct ov_vec_file *ov_vec_load(const char *name);
void ov_vec_free(struct ov_vec_file *file);

/* The section of this name; must exist. Walk file->sections for all. */
const struct ov_vec_section *ov_vec_section(const struct ov_vec_file *file, const char *name);

/* Whether the section has the entry. */
bool ov_vec_has(const struct ov_vec_section *section, const char *key);
/* An entry as text; must exist. */
const char *ov_vec_text(const struct ov_vec_section *section, const char *key);
/* An entry as a decimal number; must exist. */
uint64_t ov_vec_number(const struct ov_vec_section *section, const char *key);
/* An entry as octets, given in hex, at most cap; returns how many; must exist. */
size_t ov_vec_octets(const struct ov_vec_section *section, const char *key, uint8_t *out, size_t cap);
/* The same, and their count must be len. */
void ov_vec_exactly(const struct ov_vec_section *section, const char *key, uint8_t *out, size_t len);

#endif
