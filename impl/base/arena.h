#ifndef OV_BASE_ARENA_H
#define OV_BASE_ARENA_H

#include <stddef.h>

/* Memory for things that live and die together, such as one parsed
 * configuration. Nothing is freed alone. */
struct ov_arena;

/* NULL when memory is out. The caller owns the arena: ov_arena_free. */
struct ov_arena *ov_arena_new(void);
/* Wipes and frees everything that came from the arena; it may have held secrets. NULL is fine. */
void ov_arena_free(struct ov_arena *arena);
/* size octets, all zero, aligned for any object. NULL when memory is out. size 0 gives a valid pointer. */
void *ov_arena_alloc(struct ov_arena *arena, size_t size);
/* count objects of size octets; NULL too if the product overflows. */
void *ov_arena_array(struct ov_arena *arena, size_t count, size_t size);
/* A copy of text. NULL when memory is out. */
char *ov_arena_strdup(struct ov_arena *arena, const char *text);
/* A copy of the first len octets of text with a NUL behind; text needs no NUL of its own. */
char *ov_arena_strndup(struct ov_arena *arena, const char *text, size_t len);
/* Octets handed out so far. */
size_t ov_arena_used(const struct ov_arena *arena);

#endif
