#include "app/self.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

static void add(struct ov_program *program, const char *name, const char *value)
{
    struct ov_self *self = &program->self;
    if (self->count < OV_SELF_LINES && value[0] != '\0')
    {
        self->line[self->count++] = (struct ov_peer_info_more){name, value};
    }
}

static void describe_machine(struct ov_program *program, struct ov_netif *netif)
{
    struct ov_self *self = &program->self;
    struct utsname system;
    uint8_t mac[6];
    if (netif != NULL && ov_netif_default_mac(netif, mac))
    {
        (void)snprintf(self->hwaddr, sizeof self->hwaddr, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
                       mac[2], mac[3], mac[4], mac[5]);
    }
    if (uname(&system) == 0)
    {
        (void)snprintf(self->release, sizeof self->release, "%s", system.release);
    }
    add(program, "IV_HWADDR", self->hwaddr);
    add(program, "IV_SSL", program->crypto->version());
    add(program, "IV_PLAT_VER", self->release);
}

void ov_self_describe(struct ov_program *program, struct ov_netif *netif)
{
    const struct ov_hook_options *hooks = &program->base->hooks;
    program->self.count = 0;
    if (hooks->push_peer_info)
    {
        describe_machine(program, netif);
    }
    for (size_t i = 0; i < hooks->variables_count; i++)
    {
        const struct ov_variable *variable = &hooks->variables[i];
        const bool always =
            strcmp(variable->name, "IV_GUI_VER") == 0 || strcmp(variable->name, "IV_SSO") == 0;
        if (always || (hooks->push_peer_info && strncmp(variable->name, "UV_", 3) == 0))
        {
            add(program, variable->name, variable->value);
        }
    }
    program->settings.more = program->self.line;
    program->settings.more_count = program->self.count; /* IV_SSO takes effect with the first attempt */
}
