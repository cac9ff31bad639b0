#include "lib/ready.h"

#include "lib/ns.h"
#include "lib/remote.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UDP_BOUND   7 /* states as /proc/net prints them */
#define TCP_LISTENS 10

struct port_question
{
    const char *files[2];
    unsigned port;
    unsigned state;
    bool found;
};

static void ask_port(void *arg)
{
    struct port_question *question = arg;
    for (size_t i = 0; i < 2; i++)
    {
        FILE *file = fopen(question->files[i], "re");
        char line[512];
        while (file != NULL && fgets(line, sizeof line, file) != NULL)
        {
            unsigned port;
            unsigned state;
            /* "  12: 0100007F:04AA 00000000:0000 07 ...": local address, peer, state. */
            if (sscanf(line, " %*u: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x", &port, &state) == 2)
            {
                question->found |= port == question->port && state == question->state;
            }
        }
        if (file != NULL)
        {
            fclose(file);
        }
    }
}

static bool port_in_use(const char *netns, struct port_question *question)
{
    struct lab_why why;
    return lab_ns_call(netns, ask_port, question, &why) == LAB_OK && question->found;
}

static bool remote_listens(const char *place, const char *kind, uint16_t port)
{
    char number[8];
    const char *question[] = {kind, number, NULL};
    snprintf(number, sizeof number, "%u", port);
    return lab_remote_ask(place, question, NULL, 0);
}

/* thread-self, because /proc/net follows the main thread, not the caller. */
bool lab_ready_udp_bound(const char *netns, uint16_t port)
{
    if (lab_remote_is(netns))
    {
        return remote_listens(netns, "udp", port);
    }
    struct port_question question = {.files = {"/proc/thread-self/net/udp", "/proc/thread-self/net/udp6"},
                                     .port = port,
                                     .state = UDP_BOUND};
    return port_in_use(netns, &question);
}

bool lab_ready_tcp_listens(const char *netns, uint16_t port)
{
    if (lab_remote_is(netns))
    {
        return remote_listens(netns, "tcp", port);
    }
    struct port_question question = {.files = {"/proc/thread-self/net/tcp", "/proc/thread-self/net/tcp6"},
                                     .port = port,
                                     .state = TCP_LISTENS};
    return port_in_use(netns, &question);
}

struct interface_question
{
    const char *name;
    bool found;
};

static void ask_interface(void *arg)
{
    struct interface_question *question = arg;
    question->found = if_nametoindex(question->name) != 0;
}

bool lab_ready_interface(const char *netns, const char *name)
{
    if (lab_remote_is(netns))
    {
        const char *words[] = {"link", name, NULL};
        return lab_remote_ask(netns, words, NULL, 0);
    }
    struct interface_question question = {.name = name};
    struct lab_why why;
    return lab_ns_call(netns, ask_interface, &question, &why) == LAB_OK && question.found;
}

struct address_question
{
    const char *name;
    const char *address; /* NULL: any */
    int family;          /* AF_ value, 0: any */
    char found[INET6_ADDRSTRLEN];
};

static bool address_text(const struct sockaddr *addr, char *text, size_t size)
{
    if (addr->sa_family == AF_INET)
    {
        const struct sockaddr_in *in = (const struct sockaddr_in *)addr;
        return inet_ntop(AF_INET, &in->sin_addr, text, (socklen_t)size) != NULL;
    }
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)addr;
    return addr->sa_family == AF_INET6 && !IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr) &&
           inet_ntop(AF_INET6, &in6->sin6_addr, text, (socklen_t)size) != NULL;
}

static void ask_address(void *arg)
{
    struct address_question *question = arg;
    struct ifaddrs *list = NULL;
    if (getifaddrs(&list) != 0)
    {
        return;
    }
    for (const struct ifaddrs *at = list; at != NULL && question->found[0] == '\0'; at = at->ifa_next)
    {
        char text[INET6_ADDRSTRLEN];
        if (at->ifa_addr == NULL || strcmp(at->ifa_name, question->name) != 0 ||
            (at->ifa_flags & IFF_UP) == 0)
        {
            continue;
        }
        bool family_fits = question->family == 0 || at->ifa_addr->sa_family == question->family;
        if (family_fits && address_text(at->ifa_addr, text, sizeof text) &&
            (question->address == NULL || strcmp(text, question->address) == 0))
        {
            snprintf(question->found, sizeof question->found, "%s", text);
        }
    }
    freeifaddrs(list);
}

bool lab_ready_address(const char *netns, const char *name, const char *address)
{
    if (lab_remote_is(netns))
    {
        char said[INET6_ADDRSTRLEN];
        return lab_ready_address_get(netns, name, strchr(address, ':') != NULL ? 6 : 4, said, sizeof said) &&
               strcmp(said, address) == 0;
    }
    struct address_question question = {.name = name, .address = address};
    struct lab_why why;
    return lab_ns_call(netns, ask_address, &question, &why) == LAB_OK && question.found[0] != '\0';
}

bool lab_ready_address_get(const char *netns, const char *name, int family, char *address, size_t size)
{
    if (lab_remote_is(netns))
    {
        const char *words[] = {"addr", name, family == 4 ? "4" : "6", NULL};
        return lab_remote_ask(netns, words, address, size);
    }
    struct address_question question = {.name = name, .family = family == 4 ? AF_INET : AF_INET6};
    struct lab_why why;
    if (lab_ns_call(netns, ask_address, &question, &why) != LAB_OK || question.found[0] == '\0')
    {
        return false;
    }
    snprintf(address, size, "%s", question.found);
    return true;
}
