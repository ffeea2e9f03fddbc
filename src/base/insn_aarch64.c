/* SPDX-License-Identifier: MPL-2.0 */
/*
 * aarch64: the instructions that depend on their address, and a branch over a function's entry.
 * Source: Arm ARM (DDI 0487), C4.1 (encoding index), C6.2.
 */
#include "base/insn.h"
#include "base/str.h"

#define WORD 4

enum {
    BTI_C = 0xd503245f,
    PACIASP = 0xd503233f,
    PACIBSP = 0xd503237f,
    LDR_X16_8 = 0x58000050, /* ldr x16, .+8 */
    BR_X16 = 0xd61f0200,
    LDR_X30_8 = 0x5800005e, /* ldr x30, .+8 */
};

static uint32_t word_at(const uint8_t *code)
{
    uint32_t word;

    memcpy(&word, code, sizeof(word));
    return word;
}

/* The signed field of `bits` bits that begins at bit `low`. */
static int64_t field(uint32_t word, unsigned low, unsigned bits)
{
    return (int64_t)((uint64_t)word << (64 - low - bits)) >> (64 - bits);
}

static bool is_landing_pad(uint32_t word)
{
    return word == BTI_C || word == PACIASP || word == PACIBSP;
}

static void decode_branch(uint32_t word, struct zg_insn *insn)
{
    if ((word & 0x7c000000) == 0x14000000) { /* b, bl */
        insn->kind = (word & 0x80000000) != 0 ? ZG_INSN_CALL : ZG_INSN_JUMP;
        insn->target += (uint64_t)(field(word, 0, 26) * WORD);
    } else if ((word & 0xff000000) == 0x54000000 || (word & 0x7e000000) == 0x34000000) {
        insn->kind = ZG_INSN_BRANCH; /* b.cond, bc.cond, cbz, cbnz */
        insn->target += (uint64_t)(field(word, 5, 19) * WORD);
    } else if ((word & 0x7e000000) == 0x36000000) { /* tbz, tbnz */
        insn->kind = ZG_INSN_BRANCH;
        insn->target += (uint64_t)(field(word, 5, 14) * WORD);
    } else if ((word & 0xfe000000) == 0xd6000000) { /* br, blr, ret, eret */
        insn->kind = (word & 0x00600000) == 0x00200000 ? ZG_INSN_PLAIN : ZG_INSN_END;
        insn->movable = false; /* blr would return to the new place */
    } else {
        return;
    }
    if (insn->kind != ZG_INSN_END && insn->kind != ZG_INSN_PLAIN)
        insn->movable = true;
}

/* adr, adrp, ldr (literal). A literal of a vector register needs a scratch register: not moved. */
static void decode_relative(uint32_t word, struct zg_insn *insn)
{
    int64_t near = field(word, 5, 19) * WORD | (word >> 29 & 3);

    if ((word & 0x1f000000) == 0x10000000) {
        insn->kind = ZG_INSN_RELATIVE;
        insn->movable = true;
        if (word >> 31 != 0)
            insn->target = (insn->target & ~(uint64_t)4095) + ((uint64_t)near << 12);
        else
            insn->target += (uint64_t)near;
    } else if ((word & 0x3b000000) == 0x18000000) {
        insn->kind = ZG_INSN_RELATIVE;
        insn->target += (uint64_t)(field(word, 5, 19) * WORD);
        insn->movable = (word & 0xff000000) == 0x58000000 || (word & 0xff000000) == 0x18000000;
    }
}

/* What compilers begin functions with and what means the same everywhere: data processing with
 * immediates and registers, plain loads and stores, hints. */
static bool is_position_free(uint32_t word)
{
    unsigned group = word >> 25 & 15;

    if (group == 8 || group == 9) /* immediates; adr and adrp are relative */
        return true;
    if ((group & 7) == 5) /* registers */
        return true;
    if ((group & 5) == 4) /* loads and stores, but no atomics and no exclusives */
        return (word & 0x3f000000) != 0x08000000 && (word & 0x3b200c00) != 0x38200000;
    return (word & 0xfffff01f) == 0xd503201f || /* hints: nop, paciasp, bti */
           (word & 0xfff80000) == 0xd5380000 || /* mrs: the thread pointer */
           (word & 0xfff00000) == 0xd5300000;
}

struct zg_insn zg_insn_aarch64(const uint8_t *code, size_t size, uint64_t address)
{
    struct zg_insn insn = {.kind = ZG_INSN_PLAIN, .length = WORD, .target = address};
    uint32_t word;

    if (size < WORD)
        return (struct zg_insn){.kind = ZG_INSN_UNKNOWN};
    word = word_at(code);
    if ((word & 0xffff0000) == 0) /* udf */
        return (struct zg_insn){.kind = ZG_INSN_END, .length = WORD};
    insn.landing_pad = is_landing_pad(word);
    insn.movable = is_position_free(word);
    decode_branch(word, &insn);
    decode_relative(word, &insn);
    if (insn.kind == ZG_INSN_PLAIN || insn.kind == ZG_INSN_END)
        insn.target = 0;
    return insn;
}

struct writer {
    uint8_t *out;
    uint64_t address; /* where out[0] will stand */
    uint32_t size;
    bool far;
};

static void put(struct writer *w, uint32_t word)
{
    memcpy(w->out + w->size, &word, sizeof(word));
    w->size += WORD;
}

static void put_address(struct writer *w, uint64_t address)
{
    put(w, (uint32_t)address);
    put(w, (uint32_t)(address >> 32));
}

/* b */
static uint32_t branch_word(uint64_t from, uint64_t to, bool *far)
{
    int64_t words = (int64_t)(to - from) / WORD;

    *far |= words < -(1 << 25) || words >= 1 << 25 || ((to - from) & 3) != 0;
    return 0x14000000 | ((uint32_t)words & 0x03ffffff);
}

static void put_branch(struct writer *w, uint64_t to)
{
    put(w, branch_word(w->address + w->size, to, &w->far));
}

/* ldr xN, .+8; b .+12; .quad: any value in a general register */
static void put_value(struct writer *w, unsigned reg, uint64_t value)
{
    put(w, 0x58000040 | reg);
    put(w, 0x14000003);
    put_address(w, value);
}

static void move_relative(struct writer *w, uint32_t word, const struct zg_insn *insn)
{
    unsigned reg = word & 31;

    put_value(w, reg, insn->target);
    if ((word & 0x3b000000) != 0x18000000)
        return;
    /* ldr xN, [xN] or ldr wN, [xN] */
    put(w, ((word & 0x40000000) != 0 ? 0xf9400000 : 0xb9400000) | reg << 5 | reg);
}

/* The condition leads over a branch that is not taken: its own reach is too short. */
static void move_conditional(struct writer *w, uint32_t word, const struct zg_insn *insn)
{
    bool is_test = (word & 0x7e000000) == 0x36000000;
    uint32_t mask = is_test ? 0x3fffU << 5 : 0x7ffffU << 5;

    put(w, (word & ~mask) | 2 << 5); /* to the branch after next */
    put(w, 0x14000002);              /* b .+8 */
    put_branch(w, insn->target);
}

/* True when the instruction goes on behind itself. */
static bool move(struct writer *w, uint32_t word, const struct zg_insn *insn, uint64_t behind)
{
    switch (insn->kind) {
    case ZG_INSN_RELATIVE:
        move_relative(w, word, insn);
        return true;
    case ZG_INSN_BRANCH:
        move_conditional(w, word, insn);
        return true;
    case ZG_INSN_JUMP:
        put_branch(w, insn->target);
        return false;
    case ZG_INSN_CALL: /* returns into the function itself */
        put(w, LDR_X30_8);
        put_branch(w, insn->target);
        put_address(w, behind);
        return false;
    default:
        put(w, word);
        return insn->kind != ZG_INSN_END;
    }
}

static bool any_jump_into(const struct zg_detour_request *r, uint64_t from, uint64_t to)
{
    for (size_t at = 0; at + WORD <= r->size; at += WORD) {
        struct zg_insn insn = zg_insn_aarch64(r->code + at, r->size - at, r->address + at);
        bool jumps = insn.kind == ZG_INSN_BRANCH || insn.kind == ZG_INSN_JUMP;

        if ((jumps && insn.target >= from && insn.target < to) ||
            (jumps && insn.target == r->address) ||
            (insn.kind == ZG_INSN_CALL && insn.target > from && insn.target < to))
            return true;
    }
    return false;
}

/*
 * A bti stays and the branch comes behind it. A paciasp is a landing pad too, but the hook must get
 * the return address unsigned: a bti takes its place.
 */
static enum zg_detour_error displace(const struct zg_detour_request *r, struct zg_detour *detour,
                                     struct writer *w)
{
    struct zg_insn insn = zg_insn_aarch64(r->code, r->size, r->address);
    bool is_bti = r->size >= WORD && word_at(r->code) == BTI_C;
    uint32_t end = insn.landing_pad ? 2 * WORD : WORD;
    bool goes_on = true;

    detour->patch_at = is_bti ? WORD : 0;
    for (uint32_t at = 0; at < end; at += WORD) {
        insn = zg_insn_aarch64(r->code + at, r->size - at, r->address + at);
        if (insn.kind == ZG_INSN_UNKNOWN || !goes_on)
            return ZG_DETOUR_SHORT;
        if (!insn.movable)
            return ZG_DETOUR_UNKNOWN;
        if (insn.kind == ZG_INSN_CALL && r->shadow_stack)
            return ZG_DETOUR_STACK;
        goes_on = move(w, word_at(r->code + at), &insn, r->address + at + WORD);
    }
    detour->displaced = end;
    if (goes_on)
        put_branch(w, r->address + end);
    return ZG_DETOUR_OK;
}

enum zg_detour_error zg_detour_aarch64(const struct zg_detour_request *r, struct zg_detour *detour)
{
    struct writer w = {.out = detour->code, .address = r->moved};
    struct writer patch = {.out = detour->patch};
    enum zg_detour_error error = displace(r, detour, &w);

    if (error != ZG_DETOUR_OK)
        return error;
    if (any_jump_into(r, r->address + detour->patch_at, r->address + detour->displaced))
        return ZG_DETOUR_INTO;
    patch.address = r->address + detour->patch_at;
    if (detour->displaced - detour->patch_at > WORD)
        put(&patch, BTI_C);
    put_branch(&patch, r->hop);
    detour->patch_size = patch.size;
    detour->code_size = w.size;
    return w.far || patch.far ? ZG_DETOUR_FAR : ZG_DETOUR_OK;
}

/* x16 is for such: a linker may put the like between any call and its callee. */
void zg_hop_aarch64(uint8_t out[ZG_DETOUR_HOP], uint64_t to)
{
    struct writer w = {.out = out};

    put(&w, LDR_X16_8);
    put(&w, BR_X16);
    put_address(&w, to);
}
