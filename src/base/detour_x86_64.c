/* SPDX-License-Identifier: MPL-2.0 */
/* x86-64: a jump over a function's first instructions, and these instructions at another place. */
#include "base/insn.h"
#include "base/str.h"

#define JUMP     5   /* jmp rel32 */
#define INDIRECT 6   /* jmp *rel32(%rip) */
#define REACH    160 /* no jump with an 8-bit distance reaches the displaced bytes from beyond */

/* The moved code, as it grows. */
struct writer {
    uint8_t *out;
    uint64_t address; /* where out[0] will stand */
    uint32_t size;
    bool far; /* a distance did not fit */
};

static void put(struct writer *w, const void *bytes, uint32_t n)
{
    memcpy(w->out + w->size, bytes, n);
    w->size += n;
}

static void put_byte(struct writer *w, uint8_t b)
{
    put(w, &b, 1);
}

/* A distance of 32 bits that counts from `tail` bytes behind itself. */
static void put_distance(struct writer *w, uint64_t target, uint32_t tail)
{
    int64_t distance = (int64_t)(target - (w->address + w->size + 4 + tail));
    int32_t near = (int32_t)distance;

    w->far |= near != distance;
    put(w, &near, sizeof(near));
}

static void put_jump(struct writer *w, uint64_t target)
{
    put_byte(w, 0xe9);
    put_distance(w, target, 0);
}

static const uint8_t indirect[] = {0xff, 0x25}; /* jmp *rel32(%rip) */

/* To where the hop leads, by the address in it: the hop itself is one jump more. */
static void put_jump_of(struct writer *w, uint64_t hop)
{
    put(w, indirect, sizeof(indirect));
    put_distance(w, hop + INDIRECT, 0);
}

/* As the call would leave the stack: the callee returns into the function itself, so that unwinding
 * and exceptions find what they know. push sign-extends its 32 bits. */
static void put_call(struct writer *w, uint64_t target, uint64_t back)
{
    static const uint8_t upper[] = {0xc7, 0x44, 0x24, 0x04}; /* movl $…, 4(%rsp) */
    uint32_t halves[2] = {(uint32_t)back, (uint32_t)(back >> 32)};

    put_byte(w, 0x68);
    put(w, &halves[0], 4);
    put(w, upper, sizeof(upper));
    put(w, &halves[1], 4);
    put_jump(w, target);
}

static void put_branch(struct writer *w, const uint8_t *code, const struct zg_insn *insn)
{
    uint8_t condition = code[insn->field_at - 1] & 15; /* 7x rel8, or 0F 8x rel32 */

    put_byte(w, 0x0f);
    put_byte(w, 0x80 | condition);
    put_distance(w, insn->target, 0);
}

static void put_relative(struct writer *w, const uint8_t *code, const struct zg_insn *insn)
{
    uint32_t tail = insn->length - insn->field_at - 4U;

    put(w, code, insn->field_at);
    put_distance(w, insn->target, tail);
    put(w, code + insn->field_at + 4, tail);
}

/* True when the instruction goes on behind itself. */
static bool move(struct writer *w, const uint8_t *code, const struct zg_insn *insn, uint64_t behind)
{
    switch (insn->kind) {
    case ZG_INSN_RELATIVE:
        put_relative(w, code, insn);
        return true;
    case ZG_INSN_BRANCH:
        put_branch(w, code, insn);
        return true;
    case ZG_INSN_JUMP:
        put_jump(w, insn->target);
        return false;
    case ZG_INSN_CALL:
        put_call(w, insn->target, behind);
        return false;
    default:
        put(w, code, insn->length);
        return insn->kind != ZG_INSN_END;
    }
}

/* Does anything at code[at] lead into the bytes that the patch changes, or an instruction that it
 * cuts? To call the function by its entry is a call like any other, to jump there is a loop. */
static bool leads_into(const struct zg_insn *insn, uint64_t entry, uint64_t from, uint64_t to)
{
    bool is_loop = insn->target == entry && insn->kind != ZG_INSN_CALL;

    if (insn->kind != ZG_INSN_BRANCH && insn->kind != ZG_INSN_JUMP && insn->kind != ZG_INSN_CALL)
        return false;
    return is_loop || (insn->target > from && insn->target < to) ||
           (insn->target == from && from != entry);
}

/* Far away only distances of 32 bits reach back: every place where one could stand is tried, which
 * needs no decoding and may only err to caution. */
static bool any_far_jump_into(const struct zg_detour_request *r, size_t at, uint64_t from,
                              uint64_t to)
{
    for (; at + JUMP <= r->size; at++) {
        uint8_t b = r->code[at];
        bool is_jump =
            b == 0xe8 || b == 0xe9 || (b >= 0x80 && b <= 0x8f && r->code[at - 1] == 0x0f);
        struct zg_insn insn = {.kind = b == 0xe8 ? ZG_INSN_CALL : ZG_INSN_JUMP};
        int32_t distance;

        if (!is_jump)
            continue;
        memcpy(&distance, r->code + at + 1, sizeof(distance));
        insn.target = r->address + at + JUMP + (uint64_t)(int64_t)distance;
        if (leads_into(&insn, r->address, from, to))
            return true;
    }
    return false;
}

static enum zg_detour_error look_back(const struct zg_detour_request *r,
                                      const struct zg_detour *detour)
{
    uint64_t from = r->address + detour->patch_at;
    uint64_t to = r->address + detour->displaced;
    size_t at = 0;

    while (at < r->size && at < REACH) {
        struct zg_insn insn = zg_insn_x86_64(r->code + at, r->size - at, r->address + at);

        if (insn.kind == ZG_INSN_UNKNOWN)
            return ZG_DETOUR_UNKNOWN;
        if (leads_into(&insn, r->address, from, to))
            return ZG_DETOUR_INTO;
        at += insn.length;
    }
    return at < r->size && any_far_jump_into(r, at, from, to) ? ZG_DETOUR_INTO : ZG_DETOUR_OK;
}

static enum zg_detour_error displace(const struct zg_detour_request *r, struct zg_detour *detour,
                                     struct writer *w)
{
    uint32_t at = 0;
    bool goes_on = true;

    while (at < detour->patch_at + JUMP) {
        const uint8_t *code = r->code + at;
        struct zg_insn insn = zg_insn_x86_64(code, r->size - at, r->address + at);

        if (!goes_on || at >= r->size)
            return ZG_DETOUR_SHORT;
        if (insn.kind == ZG_INSN_UNKNOWN || !insn.movable)
            return ZG_DETOUR_UNKNOWN;
        if (insn.kind == ZG_INSN_CALL && r->shadow_stack)
            return ZG_DETOUR_STACK;
        at += insn.length;
        if (insn.landing_pad && at == insn.length)
            detour->patch_at = at; /* stays where it is, and stands before the moved code too */
        goes_on = move(w, code, &insn, r->address + at);
        if (insn.kind == ZG_INSN_CALL && at < detour->patch_at + JUMP)
            return ZG_DETOUR_UNKNOWN; /* it would return into the patch */
    }
    detour->displaced = at;
    if (goes_on)
        put_jump(w, r->address + at);
    return ZG_DETOUR_OK;
}

enum zg_detour_error zg_detour_x86_64(const struct zg_detour_request *r, struct zg_detour *detour)
{
    struct writer w = {.out = detour->code, .address = r->moved};
    struct writer patch = {.out = detour->patch};
    enum zg_detour_error error;

    detour->patch_at = 0;
    error = displace(r, detour, &w);
    if (error == ZG_DETOUR_OK)
        error = look_back(r, detour);
    if (error != ZG_DETOUR_OK)
        return error;
    patch.address = r->address + detour->patch_at;
    if (detour->displaced - detour->patch_at >= INDIRECT)
        put_jump_of(&patch, r->hop);
    else
        put_jump(&patch, r->hop);
    detour->patch_size = patch.size;
    detour->code_size = w.size;
    return w.far || patch.far ? ZG_DETOUR_FAR : ZG_DETOUR_OK;
}

void zg_hop_x86_64(uint8_t out[ZG_DETOUR_HOP], uint64_t to)
{
    memset(out, 0, INDIRECT);
    memcpy(out, indirect, sizeof(indirect));
    memcpy(out + INDIRECT, &to, sizeof(to));
    out[14] = out[15] = 0xcc;
}

const char *zg_detour_text(enum zg_detour_error error)
{
    switch (error) {
    case ZG_DETOUR_SHORT:
        return "it is shorter than a jump";
    case ZG_DETOUR_UNKNOWN:
        return "it begins with an instruction that is not known for certain";
    case ZG_DETOUR_INTO:
        return "it jumps back to its first instructions";
    case ZG_DETOUR_FAR:
        return "no memory within reach of a jump";
    case ZG_DETOUR_STACK:
        return "it begins with a call, and return addresses are checked";
    default:
        return "";
    }
}
