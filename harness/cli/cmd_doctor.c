/* ovlab doctor: every prerequisite a line, and the command that mends it. What
 * can be tried is tried, inside private namespaces. */
#include "cli/cli.h"
#include "lib/capture.h"
#include "lib/loop.h"
#include "lib/ns.h"
#include "lib/paths.h"
#include "lib/proc.h"
#include "lib/scenario.h"
#include "lib/subject.h"
#include "lib/term.h"
#include "lib/verdict.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TRY_TIMEOUT_MS 5000

struct doctor
{
    struct lab_paths paths;
    struct lab_loop loop;
    struct lab_term term;
    unsigned failures;
};

static void verdict(struct doctor *doctor, bool good, const char *what, const char *detail, const char *mend)
{
    struct lab_term *term = &doctor->term;
    lab_term_print(term, " %s%s%s  %-24s %.70s\n", lab_term_color(term, good ? LAB_GREEN : LAB_RED),
                   good ? "PASS" : "FAIL", lab_term_color(term, LAB_PLAIN), what, detail);
    if (!good)
    {
        doctor->failures++;
        lab_term_print(term, "       mend: %s\n", mend);
    }
}

static const struct
{
    const char *name;
    const char *package;
} programs[] = {
    {"bash", "bash"},       {"ip", "iproute2"},     {"ping", "iputils-ping"}, {"iperf3", "iperf3"},
    {"openssl", "openssl"}, {"openvpn", "openvpn"}, {"ethtool", "ethtool"},   {"sysctl", "procps"},
};

static void check_programs(struct doctor *doctor)
{
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
    {
        char path[LAB_PATH_MAX];
        char what[64];
        char mend[96];
        bool found = lab_program_find(programs[i].name, path);
        snprintf(what, sizeof what, "program %s", programs[i].name);
        snprintf(mend, sizeof mend, "sudo apt-get install %s", programs[i].package);
        verdict(doctor, found, what, found ? path : "not found", mend);
    }
}

/* What a run goes without: some of it is skipped by name then. */
static const struct
{
    const char *name;
    const char *package;
    const char *lost;
} extras[] = {
    {"nft", "nftables", "topology nat"},
    {"conntrack", "conntrack", "topology nat"},
    {"ssh", "openssh-client", "--client-at and --server-at"},
    {"socat", "socat", "some tests"},
    {"npm", "npm", "charts of ovlab report"},
    {"chromium", "chromium", "make check-report"},
    {"qemu-system-x86_64", "qemu-system-x86", "make check-netem"},
    {"cpio", "cpio", "make check-netem"},
    {"busybox", "busybox-static", "make check-netem"},
};

static void check_extras(struct doctor *doctor)
{
    struct lab_term *term = &doctor->term;
    for (size_t i = 0; i < sizeof extras / sizeof extras[0]; i++)
    {
        char path[LAB_PATH_MAX];
        if (!lab_program_find(extras[i].name, path))
        {
            lab_term_print(term, " none  %-24s goes without: %s\n       add: sudo apt-get install %s\n",
                           extras[i].name, extras[i].lost, extras[i].package);
        }
    }
}

static void check_built(struct doctor *doctor, const char *what, const char *path)
{
    bool there = access(path, X_OK) == 0;
    verdict(doctor, there, what, there ? path : "not built", "make");
}

static void check_subjects(struct doctor *doctor)
{
    struct lab_subject list[LAB_SUBJECT_MAX];
    size_t count;
    struct lab_why why;
    /* Those of the quick suite are needed; rivals and peers are extras. */
    if (lab_subject_list(doctor->paths.subjects, list, &count, &why) != LAB_OK ||
        lab_subject_choose(list, &count, lab_suite_find("quick")->subjects, &why) != LAB_OK)
    {
        verdict(doctor, false, "subjects", why.text, "git checkout harness/subjects");
        return;
    }
    for (size_t i = 0; i < count; i++)
    {
        char what[96];
        snprintf(what, sizeof what, "subject %.64s", list[i].name);
        bool asked = lab_subject_probe(&doctor->loop, &list[i], &why) == LAB_OK;
        verdict(doctor, asked && list[i].available, what, asked ? list[i].version : why.text,
                strncmp(list[i].name, "ovref", 5) == 0 ? "make" : "sudo apt-get install openvpn");
    }
}

static void check_tun_file(struct doctor *doctor)
{
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    const char *mend = fd < 0 && errno == EACCES ? "run with sudo, or: sudo chmod 666 /dev/net/tun"
                                                 : "sudo modprobe tun; sudo mkdir -p /dev/net; "
                                                   "sudo mknod /dev/net/tun c 10 200";
    verdict(doctor, fd >= 0, "/dev/net/tun", fd >= 0 ? "opens for reading and writing" : strerror(errno),
            mend);
    if (fd >= 0)
    {
        close(fd);
    }
}

/* Runs a command line of the trial; its words are the detail when it fails. */
static bool try_command(struct doctor *doctor, const char *what, const char *const *argv, const char *mend)
{
    const char *log = "/run/doctor.txt";
    const struct lab_proc_spec spec = {.argv = argv, .out_path = log};
    struct lab_why why;
    char line[200];
    int status = -1;
    unlink(log);
    enum lab_err err = lab_proc_run(&doctor->loop, &spec, TRY_TIMEOUT_MS, &status, &why);
    lab_file_last_line(log, line, sizeof line);
    bool good = err == LAB_OK && status == 0;
    verdict(doctor, good, what, good ? "tried, works" : err != LAB_OK ? why.text : line, mend);
    return good;
}

static void try_tun(struct doctor *doctor)
{
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    snprintf(request.ifr_name, sizeof request.ifr_name, "doctor0");
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    bool made = fd >= 0 && ioctl(fd, TUNSETIFF, &request) == 0;
    verdict(doctor, made, "tun device", made ? "tried, works" : strerror(errno),
            "run with sudo, or: sudo chmod 666 /dev/net/tun");
    if (fd >= 0)
    {
        close(fd);
    }
}

static void try_capture(struct doctor *doctor)
{
    char said[PCAP_ERRBUF_SIZE] = "";
    char filter[512];
    struct bpf_program program;
    pcap_t *handle = pcap_create("v0", said);
    bool works = handle != NULL && pcap_activate(handle) >= 0 &&
                 lab_capture_filter(filter, sizeof filter, 1194) &&
                 pcap_compile(handle, &program, filter, 1, PCAP_NETMASK_UNKNOWN) == 0;
    if (works)
    {
        works = pcap_setfilter(handle, &program) == 0;
        pcap_freecode(&program);
    }
    verdict(doctor, works, "packet capture",
            works            ? "tried, works"
            : handle != NULL ? pcap_geterr(handle)
                             : said,
            "run with sudo (CAP_NET_RAW is missing)");
    if (handle != NULL)
    {
        pcap_close(handle);
    }
}

static int try_inside(void *arg)
{
    static const char *const add_netns[] = {"ip", "netns", "add", "doctor", NULL};
    static const char *const add_veth[] = {"ip",   "link", "add",  "v0", "type",
                                           "veth", "peer", "name", "v1", NULL};
    static const char *const up_veth[] = {"ip", "link", "set", "v0", "up", NULL};
    static const char *const enter[] = {"ip", "netns", "exec", "doctor", "true", NULL};
    static const char *const forward[] = {"sysctl", "-q", "-w", "net.ipv4.ip_forward=1", NULL};
    struct doctor *doctor = arg;
    struct lab_why why;
    doctor->failures = 0;
    if (lab_loop_init(&doctor->loop, -1, &why) != LAB_OK)
    {
        verdict(doctor, false, "event loop", why.text, "none known");
        return 1;
    }
    verdict(doctor, true, "private namespaces", "tried, works", "");
    (void)try_command(doctor, "network namespace", add_netns,
                      "run with sudo; check that /run can be mounted over");
    (void)try_command(doctor, "entering it", enter, "run with sudo");
    if (try_command(doctor, "veth pair", add_veth, "sudo modprobe veth") &&
        try_command(doctor, "veth up", up_veth, "sudo modprobe veth"))
    {
        try_capture(doctor);
    }
    (void)try_command(doctor, "forwarding", forward, "run with sudo");
    try_tun(doctor);
    lab_loop_clear(&doctor->loop);
    return doctor->failures > 0;
}

static void try_namespaces(struct doctor *doctor)
{
    struct lab_why why;
    int status = lab_ns_run(try_inside, doctor, &why);
    if (status < 0)
    {
        verdict(doctor, false, "private namespaces", why.text,
                "run with sudo, or allow them: sudo sysctl -w user.max_user_namespaces=10000 "
                "kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0");
    }
    else if (status != 0)
    {
        doctor->failures++;
    }
}

int cmd_doctor(int argc, char **argv)
{
    if (argc > 1)
    {
        bool asked = strcmp(argv[1], "--help") == 0;
        fprintf(asked ? stdout : stderr,
                "usage: ovlab doctor\nChecks everything a run needs. Exit status 0, or 1 "
                "when something is missing.\n");
        return asked ? LAB_EXIT_OK : LAB_EXIT_USAGE;
    }
    struct doctor doctor = {.failures = 0};
    struct lab_why why;
    lab_term_init(&doctor.term, STDOUT_FILENO);
    if (lab_paths_find(&doctor.paths, &why) != LAB_OK || lab_loop_init(&doctor.loop, -1, &why) != LAB_OK)
    {
        fprintf(stderr, "ovlab doctor: %s\n", why.text);
        return LAB_EXIT_ERROR;
    }
    check_programs(&doctor);
    check_extras(&doctor);
    check_built(&doctor, "build/ovref", doctor.paths.ovref);
    check_built(&doctor, "build/ovspec", doctor.paths.ovspec);
    check_subjects(&doctor);
    check_tun_file(&doctor);
    lab_loop_clear(&doctor.loop);
    try_namespaces(&doctor);
    lab_term_print(&doctor.term, "%s\n",
                   doctor.failures == 0 ? " Everything is there: ovlab run quick"
                                        : " Something is missing: see FAIL above.");
    return doctor.failures == 0 ? LAB_EXIT_OK : LAB_EXIT_FAIL;
}
