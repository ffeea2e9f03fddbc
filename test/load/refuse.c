/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Runs a program where the system refuses something: refuse WHAT PROGRAM…
 *   gain     memory never becomes executable after it was writable (PR_SET_MDWE)
 *   code     neither by mprotect(2) nor from memory that is no file; /proc/self/mem cannot be
 * opened for writing: no code can be made at all (seccomp) mem      /proc/self/mem alone
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOAD(field)     BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IF(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (skip))
#define DENY            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)
#define ALLOW           BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static int filter(struct sock_filter *code, size_t count)
{
    struct sock_fprog program = {.len = (unsigned short)count, .filter = code};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* mprotect(…, PROT_EXEC), memfd_create(), and pwrite64(), by which the guard writes code. */
static int refuse_code(void)
{
    struct sock_filter code[] = {
        LOAD(nr),      IF(SYS_memfd_create, 1),
        DENY,          IF(SYS_pwrite64, 1),
        DENY,          IF(SYS_mprotect, 3),
        LOAD(args[2]), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1),
        DENY,          ALLOW,
    };

    return filter(code, sizeof(code) / sizeof(code[0]));
}

static int refuse_mem(void)
{
    struct sock_filter code[] = {LOAD(nr), IF(SYS_pwrite64, 1), DENY, ALLOW};

    return filter(code, sizeof(code) / sizeof(code[0]));
}

int main(int argc, char **argv)
{
    int ok = 0;

    if (argc < 3)
        return 2;
    if (strcmp(argv[1], "gain") == 0)
        ok = prctl(65 /* PR_SET_MDWE, Linux 6.3 */, 1, 0, 0, 0) == 0;
    else if (strcmp(argv[1], "code") == 0)
        ok = refuse_code();
    else if (strcmp(argv[1], "mem") == 0)
        ok = refuse_mem();
    if (!ok)
        return 77;
    execv(argv[2], argv + 2);
    perror(argv[2]);
    return 3;
}
