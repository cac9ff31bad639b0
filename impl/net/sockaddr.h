#ifndef OV_NET_SOCKADDR_H
#define OV_NET_SOCKADDR_H

#include <stdbool.h>
#include <sys/socket.h>

#include "base/addr.h"

/* The kernel's form of an address for a socket of the given family (AF_INET or
 * AF_INET6; on AF_INET6 an IPv4 address becomes IPv4-mapped). family 0 in addr
 * gives the wildcard address with addr's port. Returns the length, 0 if the
 * address can't be used on such a socket (IPv6 on AF_INET). */
socklen_t ov_sockaddr_from_addr(const struct ov_addr *addr, int family, struct sockaddr_storage *out);

/* IPv4-mapped becomes IPv4. False if it is neither IPv4 nor IPv6, or too short. */
bool ov_addr_from_sockaddr(const struct sockaddr *sa, socklen_t len, struct ov_addr *out);

#endif
