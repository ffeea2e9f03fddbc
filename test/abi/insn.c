/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Compares the decoder with a disassembler, and tries a detour of every function.
 *     objdump -dw … | insn x86-64|aarch64
 * Prints what differs; the last line counts. Exit 1 when anything differs.
 */
#include "base/insn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FUNCTION_MAX (1 << 20)

static bool is_arm;
static unsigned long insns, unknown, wrong, functions, detours, refused[8];

static uint8_t body[FUNCTION_MAX];
static size_t body_size;
static uint64_t body_address;

static struct zg_insn decode(const uint8_t *code, size_t size, uint64_t address)
{
    return is_arm ? zg_insn_aarch64(code, size, address) : zg_insn_x86_64(code, size, address);
}

/* What runs at the new place, instruction by instruction, leads where the displaced ones lead. */
static bool is_faithful(const struct zg_detour_request *r, const struct zg_detour *d)
{
    uint64_t behind = r->address + d->displaced;
    size_t from = 0, to = 0;

    while (from < d->displaced) {
        struct zg_insn a = decode(r->code + from, r->size - from, r->address + from);
        struct zg_insn b = decode(d->code + to, d->code_size - to, r->moved + to);

        if (a.kind == ZG_INSN_CALL) { /* push, mov, jmp; the unit test looks at them */
            b = decode(d->code + to + 13, d->code_size - to - 13, r->moved + to + 13);
            return b.kind == ZG_INSN_JUMP && b.target == a.target &&
                   from + a.length == d->displaced;
        }
        if (a.kind != b.kind || a.target != b.target)
            return false;
        if (a.field_size == 0 && memcmp(r->code + from, d->code + to, a.length) != 0)
            return false;
        from += a.length;
        to += b.length;
        if (a.kind == ZG_INSN_JUMP || a.kind == ZG_INSN_END)
            return to == d->code_size;
    }
    {
        struct zg_insn back = decode(d->code + to, d->code_size - to, r->moved + to);

        return back.kind == ZG_INSN_JUMP && back.target == behind && to + 5 == d->code_size;
    }
}

static void end_function(void)
{
    struct zg_detour_request r = {.code = body,
                                  .size = body_size,
                                  .address = body_address,
                                  .moved = body_address + 0x100010,
                                  .hop = body_address + 0x100000};
    struct zg_detour d;
    enum zg_detour_error error;

    if (body_size == 0)
        return;
    functions++;
    error = is_arm ? zg_detour_aarch64(&r, &d) : zg_detour_x86_64(&r, &d);
    refused[error]++;
    if (error == ZG_DETOUR_OK && !is_arm && !is_faithful(&r, &d)) {
        printf("detour of the function at %#lx is not faithful\n", (unsigned long)body_address);
        wrong++;
    }
    detours += error == ZG_DETOUR_OK;
    body_size = 0;
}

/* The address that objdump names: "jmp 12ab <f>", "lea 0x10(%rip),%rax # 4014 <v>" or, of aarch64,
 * the last operand. */
static bool named_target(const char *text, const struct zg_insn *insn, uint64_t *target)
{
    const char *comment = strstr(text, "# ");
    const char *at = strstr(text, " <");

    if (!is_arm && insn->kind == ZG_INSN_RELATIVE) {
        if (comment == NULL)
            return false;
        *target = strtoull(comment + 2, NULL, 16);
        return true;
    }
    if (at == NULL)
        return false;
    while (at > text && strchr("0123456789abcdef", at[-1]) != NULL)
        at--;
    *target = strtoull(at, NULL, 16);
    return true;
}

static bool jumps(const struct zg_insn *insn)
{
    return insn->kind == ZG_INSN_BRANCH || insn->kind == ZG_INSN_JUMP || insn->kind == ZG_INSN_CALL;
}

/* Does objdump call it a direct jump, branch or call? */
static bool reads_as_jump(const char *text)
{
    const char *star = strchr(text, '*');
    const char *name = strstr(text, " <");

    if (is_arm)
        return (strncmp(text, "b.", 2) == 0 || strncmp(text, "b\t", 2) == 0 ||
                strncmp(text, "bl\t", 3) == 0 || strncmp(text, "cb", 2) == 0 ||
                strncmp(text, "tb", 2) == 0) &&
               strstr(text, "tbl\t") != text && strstr(text, "tbx\t") != text;
    text += strncmp(text, "bnd ", 4) == 0 ? 4 : 0;
    text += strncmp(text, "notrack ", 8) == 0 ? 8 : 0;
    return (text[0] == 'j' || strncmp(text, "call", 4) == 0 || strncmp(text, "loop", 4) == 0) &&
           (star == NULL || (name != NULL && star > name));
}

static void compare(uint64_t address, const uint8_t *code, size_t size, const char *text)
{
    struct zg_insn insn = decode(code, size, address);
    uint64_t target = 0;

    insns++;
    if (insn.kind == ZG_INSN_UNKNOWN) {
        unknown++;
        return;
    }
    if (insn.length != size || jumps(&insn) != reads_as_jump(text) ||
        (insn.target != 0 && named_target(text, &insn, &target) && target != insn.target)) {
        printf("%lx: kind %d, length %u of %zu, target %lx of %lx: %s\n", (unsigned long)address,
               insn.kind, insn.length, size, (unsigned long)insn.target, (unsigned long)target,
               text);
        wrong++;
    }
    if (body_size == 0)
        body_address = address;
    if (body_size + size <= sizeof(body)) {
        memcpy(body + body_size, code, size);
        body_size += size;
    }
}

/* "  12ab:\t48 89 e5 \tmov    %rsp,%rbp"; of aarch64 one word: "  12ab:\td65f03c0 \tret" */
static void take_line(char *line)
{
    uint8_t code[16];
    size_t size = 0;
    char *at;
    uint64_t address = strtoull(line, &at, 16);
    char *text;

    if (at[0] != ':' || at[1] != '\t') {
        if (strstr(line, ">:") != NULL)
            end_function();
        return;
    }
    at += 2;
    text = strchr(at, '\t');
    if (text == NULL || strstr(text, "(bad)") != NULL || strstr(text, "undefined") != NULL)
        return;
    *text++ = '\0';
    if (is_arm) {
        uint32_t word = (uint32_t)strtoul(at, NULL, 16);

        memcpy(code, &word, 4);
        compare(address, code, 4, text);
        return;
    }
    for (char *end; size < sizeof(code); at = end) {
        unsigned long byte = strtoul(at, &end, 16);

        if (end == at)
            break;
        code[size++] = (uint8_t)byte;
    }
    compare(address, code, size, text);
}

int main(int argc, char **argv)
{
    static char line[4096];

    is_arm = argc > 1 && strcmp(argv[1], "aarch64") == 0;
    while (fgets(line, sizeof(line), stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        take_line(line);
    }
    end_function();
    printf("%lu instructions, %lu unknown, %lu wrong; %lu functions, %lu can be led away "
           "(short %lu, unknown %lu, jumped into %lu, far %lu)\n",
           insns, unknown, wrong, functions, detours, refused[ZG_DETOUR_SHORT],
           refused[ZG_DETOUR_UNKNOWN], refused[ZG_DETOUR_INTO], refused[ZG_DETOUR_FAR]);
    return wrong != 0 || insns == 0 || unknown > insns / 1000;
}
