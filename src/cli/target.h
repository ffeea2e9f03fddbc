/* SPDX-License-Identifier: MPL-2.0 */
/* Looks at a program before it is run: can the guard be loaded into it at all? */
#ifndef ZG_CLI_TARGET_H
#define ZG_CLI_TARGET_H

#include "cli/elf.h"

struct zg_target {
    char path[PATH_MAX];  /* what execve() is given */
    char image[PATH_MAX]; /* the ELF file that runs in the end: path, or a script's interpreter */
    struct zg_elf elf;    /* of image; freed by zg_target_free() */
    bool unread;          /* it may be run but not read: elf is empty */
    int status;           /* ZG_CLI_OK, ZG_CLI_CANNOT_RUN or ZG_CLI_NOT_FOUND */
    char *why;            /* one line when status is not OK */
};

/*
 * Finds the program as execvp() would and checks it: there, executable, not static, not setuid or
 * with other privileges of its own (the loader ignores preloads then), for the machine of the
 * guard's library, with glibc. Scripts are followed to their interpreter, also through env(1).
 * `guard` is the path of libzmqguard.so, whose machine is compared; NULL: not compared.
 */
void zg_target_look(const char *program, const char *guard, struct zg_target *target);
/* The program in PATH, as execvp() finds it. 0, or -errno: -ENOENT, -EACCES. */
int zg_target_find(const char *program, char path[PATH_MAX]);
void zg_target_free(struct zg_target *target);

#endif
