/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Runs a program and follows its main thread to the end by a signal: crash_trace SIGNAL PROGRAM….
 * What the kernel is told the last time (where it was, what came with it), a core dump would show:
 * it must be what it was told the first time. Exit 77 where nothing may be traced.
 */
#include <elf.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

struct stop {
    siginfo_t info;
    unsigned long pc, sp;
};

static void look(pid_t pid, struct stop *stop)
{
    struct user_regs_struct regs;
    struct iovec where = {.iov_base = &regs, .iov_len = sizeof(regs)};

    memset(stop, 0, sizeof(*stop));
    ptrace(PTRACE_GETSIGINFO, pid, NULL, &stop->info);
    ptrace(PTRACE_GETREGSET, pid, (void *)NT_PRSTATUS, &where);
#if defined __x86_64__
    stop->pc = regs.rip, stop->sp = regs.rsp;
#else
    stop->pc = regs.pc, stop->sp = regs.sp;
#endif
}

int main(int argc, char **argv)
{
    int wanted = atoi(argv[1]), count = 0, status, number;
    struct stop first, last;
    pid_t pid = fork();

    if (pid == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
            _exit(77);
        execv(argv[2], argv + 2);
        _exit(127);
    }
    while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
        number = WSTOPSIG(status);
        if (number == wanted) {
            look(pid, &last);
            if (count++ == 0)
                first = last;
        }
        ptrace(PTRACE_CONT, pid, NULL, (void *)(long)(number == SIGTRAP ? 0 : number));
    }
    if (WIFEXITED(status))
        return WEXITSTATUS(status) == 77 ? 77 : 1;
    printf("%d stops, by %d: %s\n", count, WTERMSIG(status),
           memcmp(&first, &last, sizeof(first)) == 0 ? "the same" : "not the same");
    return argc < 3;
}
