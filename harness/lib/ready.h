/* Questions to the system about a network namespace. All answer at once; who
 * wants to wait asks again under lab_loop_until. NULL asks where we are. */
#ifndef OV_LAB_READY_H
#define OV_LAB_READY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A socket with this local port: a bound UDP socket, or a listening TCP one. */
bool lab_ready_udp_bound(const char *netns, uint16_t port);
bool lab_ready_tcp_listens(const char *netns, uint16_t port);

/* The interface exists. */
bool lab_ready_interface(const char *netns, const char *name);

/* The interface is up and has this address ("10.8.0.2", "fd00:8::1000"). */
bool lab_ready_address(const char *netns, const char *name, const char *address);

/* Copies the first address of the family (4 or 6, link-local left out) that the
 * interface has. False when there is none. */
bool lab_ready_address_get(const char *netns, const char *name, int family, char *address, size_t size);

#endif
