/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Machine instructions at the entry of a function: how long each is, where it leads, and how the
 * first ones run at another place, so that a jump can be written over them.
 *
 * Only what is known for certain is decoded. The tables hold what gcc and clang emit; anything else
 * is ZG_INSN_UNKNOWN and its function is left alone. Pure code for both machines, whichever the
 * process has: test/abi/insn.sh compares it with objdump, instruction by instruction.
 */
#ifndef ZG_BASE_INSN_H
#define ZG_BASE_INSN_H

#include "base/compiler.h"

enum zg_insn_kind {
    ZG_INSN_UNKNOWN,
    ZG_INSN_PLAIN,    /* does the same at any address */
    ZG_INSN_RELATIVE, /* names data or an address by its distance from the instruction */
    ZG_INSN_BRANCH,   /* conditional: goes on at the next instruction or at the target */
    ZG_INSN_JUMP,     /* goes on at the target */
    ZG_INSN_CALL,     /* direct */
    ZG_INSN_END,      /* return, indirect jump, trap: the next instruction is not reached by it */
};

struct zg_insn {
    enum zg_insn_kind kind;
    uint8_t length;
    uint8_t field_at;   /* x86-64: where the distance stands, from the instruction's first byte */
    uint8_t field_size; /* its bytes: 0, 1 or 4 */
    bool movable;       /* compilers begin functions with it, and it may run elsewhere */
    bool landing_pad;   /* endbr64, bti c, paciasp: indirect calls may land here */
    uint64_t target;    /* of RELATIVE, BRANCH, JUMP and CALL */
};

/* Decodes the instruction at `address`, of which `size` bytes can be read. UNKNOWN has length 0. */
struct zg_insn zg_insn_x86_64(const uint8_t *code, size_t size, uint64_t address);
struct zg_insn zg_insn_aarch64(const uint8_t *code, size_t size, uint64_t address);

enum zg_detour_error {
    ZG_DETOUR_OK,
    ZG_DETOUR_SHORT,   /* the function is shorter than a jump */
    ZG_DETOUR_UNKNOWN, /* begins with an instruction that is not known for certain */
    ZG_DETOUR_INTO,    /* jumps into its own first instructions */
    ZG_DETOUR_FAR,     /* an address that it names is out of reach from the new place */
    ZG_DETOUR_STACK,   /* begins with a call, and the processor checks return addresses */
};
/* "it begins with an instruction that is not known for certain"; static. */
const char *zg_detour_text(enum zg_detour_error error);

#define ZG_DETOUR_CODE 96 /* bytes of the moved instructions and the jump back, at most */
#define ZG_DETOUR_HOP  16 /* bytes of zg_hop_*(): an indirect jump to anywhere */
#define ZG_DETOUR_JUMP 8  /* bytes that a patch changes, at most */

struct zg_detour {
    uint32_t displaced;  /* first bytes of the function that run at the new place instead */
    uint32_t patch_at;   /* the patch begins so many bytes into the function */
    uint32_t patch_size; /* 4 to ZG_DETOUR_JUMP */
    uint8_t patch[ZG_DETOUR_JUMP];
    uint32_t code_size;
    uint8_t code[ZG_DETOUR_CODE];
};

/* A function, where its first instructions shall run, and where its callers shall be led. */
struct zg_detour_request {
    const uint8_t *code; /* its bytes */
    size_t size;         /* all of it: jumps back to the displaced ones are looked for */
    uint64_t address;    /* where it runs */
    uint64_t moved;      /* where detour.code will stand */
    uint64_t hop;        /* the patch leads there, or by the address that zg_hop_*() puts there */
    bool shadow_stack;   /* the processor checks return addresses: none can be made up */
};
enum zg_detour_error zg_detour_x86_64(const struct zg_detour_request *r, struct zg_detour *detour);
enum zg_detour_error zg_detour_aarch64(const struct zg_detour_request *r, struct zg_detour *detour);

/* Writes a jump to any address, of ZG_DETOUR_HOP bytes. It changes only registers that neither a
 * caller nor a callee relies on. */
void zg_hop_x86_64(uint8_t out[ZG_DETOUR_HOP], uint64_t to);
void zg_hop_aarch64(uint8_t out[ZG_DETOUR_HOP], uint64_t to);

#endif
