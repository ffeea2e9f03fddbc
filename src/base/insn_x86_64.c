/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Lengths and targets of x86-64 instructions, 64-bit mode.
 * Source: Intel SDM volume 2, chapter 2 and appendix A (opcode maps), and 3.1.1.
 */
#include "base/insn.h"
#include "base/str.h"

/* What follows an opcode. */
enum {
    NONE = 0,
    M = 1,       /* ModRM byte */
    I8 = 2,      /* immediate: 1 byte */
    IZ = 4,      /* 4 bytes, 2 with the operand size prefix */
    I16 = 8,     /* 2 bytes */
    REL8 = 16,   /* distance of a jump */
    REL32 = 32,  /* the same of 4 bytes */
    BAD = 64,    /* not known here, or no instruction in 64-bit mode */
    START = 128, /* compilers begin functions with it: may be moved */
    MS = M | START,
    MI8 = M | I8,
    MIZ = M | IZ,
};

/* clang-format off */

/* The one-byte opcodes. Prefixes, VEX (C4, C5), EVEX (62) and 0F are handled before. */
static const uint8_t one_byte[256] = {
    /* 00 */ MS, MS, MS, MS, I8 | START, IZ | START, BAD, BAD,
    /* 08 */ MS, MS, MS, MS, I8 | START, IZ | START, BAD, BAD,
    /* 10 */ M, M, M, M, I8, IZ, BAD, BAD,
    /* 18 */ M, M, M, M, I8, IZ, BAD, BAD,
    /* 20 */ MS, MS, MS, MS, I8 | START, IZ | START, BAD, BAD,
    /* 28 */ MS, MS, MS, MS, I8 | START, IZ | START, BAD, BAD,
    /* 30 */ MS, MS, MS, MS, I8 | START, IZ | START, BAD, BAD,
    /* 38 */ MS, MS, MS, MS, I8 | START, IZ | START, BAD, BAD,
    /* 40 */ BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    /* 48 */ BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    /* 50 */ START, START, START, START, START, START, START, START,
    /* 58 */ START, START, START, START, START, START, START, START,
    /* 60 */ BAD, BAD, BAD, MS, BAD, BAD, BAD, BAD,
    /* 68 */ IZ | START, MIZ | START, I8 | START, MI8 | START, NONE, NONE, NONE, NONE,
    /* 70 */ REL8 | START, REL8 | START, REL8 | START, REL8 | START,
    /* 74 */ REL8 | START, REL8 | START, REL8 | START, REL8 | START,
    /* 78 */ REL8 | START, REL8 | START, REL8 | START, REL8 | START,
    /* 7C */ REL8 | START, REL8 | START, REL8 | START, REL8 | START,
    /* 80 */ MI8 | START, MIZ | START, BAD, MI8 | START, MS, MS, M, M,
    /* 88 */ MS, MS, MS, MS, M, MS, M, BAD,
    /* 90 */ START, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
    /* 98 */ START, START, BAD, NONE, NONE, NONE, NONE, NONE,
    /* A0 */ BAD, BAD, BAD, BAD, NONE, NONE, NONE, NONE,
    /* A8 */ I8 | START, IZ | START, NONE, NONE, NONE, NONE, NONE, NONE,
    /* B0 */ I8 | START, I8 | START, I8 | START, I8 | START,
    /* B4 */ I8 | START, I8 | START, I8 | START, I8 | START,
    /* B8 */ IZ | START, IZ | START, IZ | START, IZ | START,
    /* BC */ IZ | START, IZ | START, IZ | START, IZ | START,
    /* C0 */ MI8 | START, MI8 | START, I16, START, BAD, BAD, MI8 | START, MIZ | START,
    /* C8 */ BAD, START, BAD, BAD, NONE, BAD, BAD, BAD,
    /* D0 */ MS, MS, MS, MS, BAD, BAD, BAD, NONE,
    /* D8 */ M, M, M, M, M, M, M, M,
    /* E0 */ REL8, REL8, REL8, REL8, BAD, BAD, BAD, BAD,
    /* E8 */ REL32 | START, REL32 | START, BAD, REL8 | START, BAD, BAD, BAD, BAD,
    /* F0 */ BAD, BAD, BAD, BAD, NONE, NONE, MS, MS,
    /* F8 */ NONE, NONE, BAD, BAD, NONE, NONE, M, MS,
};

/* The opcodes behind 0F. */
static const uint8_t two_byte[256] = {
    /* 00 */ M, M, M, M, BAD, NONE, NONE, BAD,
    /* 08 */ NONE, NONE, BAD, START, BAD, MS, BAD, BAD,
    /* 10 */ MS, MS, MS, MS, MS, MS, MS, MS,
    /* 18 */ MS, BAD, BAD, BAD, BAD, BAD, MS, MS,
    /* 20 */ BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    /* 28 */ MS, MS, MS, MS, MS, MS, MS, MS,
    /* 30 */ BAD, NONE, BAD, BAD, BAD, BAD, BAD, BAD,
    /* 38 */ BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    /* 40 */ MS, MS, MS, MS, MS, MS, MS, MS,
    /* 48 */ MS, MS, MS, MS, MS, MS, MS, MS,
    /* 50 */ M, M, M, M, MS, MS, MS, MS,
    /* 58 */ M, M, M, M, M, M, M, M,
    /* 60 */ M, M, M, M, M, M, M, M,
    /* 68 */ M, M, M, M, M, M, MS, MS,
    /* 70 */ MI8, MI8, MI8, MI8, M, M, M, NONE,
    /* 78 */ BAD, BAD, BAD, BAD, M, M, MS, MS,
    /* 80 */ REL32 | START, REL32 | START, REL32 | START, REL32 | START,
    /* 84 */ REL32 | START, REL32 | START, REL32 | START, REL32 | START,
    /* 88 */ REL32 | START, REL32 | START, REL32 | START, REL32 | START,
    /* 8C */ REL32 | START, REL32 | START, REL32 | START, REL32 | START, MS, MS, MS, MS,
    /* 94 */ MS, MS, MS, MS, MS, MS, MS, MS,
    /* 9C */ MS, MS, MS, MS, BAD, BAD, NONE, M,
    /* A4 */ MI8, M, BAD, BAD, BAD, BAD, BAD, M,
    /* AC */ MI8, M, M, MS, M, M, BAD, M,
    /* B4 */ BAD, BAD, MS, MS, M, BAD, MI8, M,
    /* BC */ M, M, MS, MS, M, M, MI8, M,
    /* C4 */ MI8, MI8, MI8, M, NONE, NONE, NONE, NONE,
    /* CC */ NONE, NONE, NONE, NONE, M, M, M, M,
    /* D4 */ M, M, MS, M, M, M, M, M,
    /* DC */ M, M, M, M, M, M, M, M,
    /* E4 */ M, M, M, M, M, M, M, M,
    /* EC */ M, M, M, MS, M, M, M, M,
    /* F4 */ M, M, M, M, M, M, M, M,
    /* FC */ M, M, M, BAD,
};

/* clang-format on */

/* Reads bytes in order. Reading beyond the end makes the whole instruction unknown. */
struct reader {
    const uint8_t *code;
    size_t size; /* at most 15: no instruction is longer */
    size_t at;
    bool spoilt;
};

static uint8_t peek(const struct reader *r)
{
    return r->at < r->size ? r->code[r->at] : 0;
}

static uint8_t next(struct reader *r)
{
    if (r->at < r->size)
        return r->code[r->at++];
    r->spoilt = true;
    return 0;
}

static void skip(struct reader *r, size_t n)
{
    if (n > r->size - r->at)
        r->spoilt = true;
    else
        r->at += n;
}

struct prefixes {
    bool operand16; /* 66 */
    bool address32; /* 67 */
    bool repeat;    /* F2, F3 */
    bool lock;      /* F0 */
    bool wide;      /* REX.W */
};

static void read_prefixes(struct reader *r, struct prefixes *p)
{
    for (;; r->at++) {
        uint8_t b = peek(r);

        if (b == 0x66)
            p->operand16 = true;
        else if (b == 0x67)
            p->address32 = true;
        else if (b == 0xf2 || b == 0xf3)
            p->repeat = true;
        else if (b == 0xf0)
            p->lock = true;
        else if (b != 0x2e && b != 0x36 && b != 0x3e && b != 0x26 && b != 0x64 && b != 0x65)
            break;
    }
    if ((peek(r) & 0xf0) == 0x40) /* REX counts only when it comes last */
        p->wide = (next(r) & 8) != 0;
}

/* The ModRM byte with SIB and displacement. Notes a distance from the instruction's end. */
static uint8_t read_modrm(struct reader *r, struct zg_insn *insn)
{
    uint8_t modrm = next(r);
    uint8_t mod = modrm >> 6;
    uint8_t rm = modrm & 7;

    if (mod == 3)
        return modrm;
    if (rm == 4) {
        uint8_t base = next(r) & 7;

        skip(r, mod == 1 ? 1 : mod == 2 || base == 5 ? 4 : 0);
        return modrm;
    }
    if (mod == 0 && rm == 5) {
        insn->kind = ZG_INSN_RELATIVE;
        insn->field_at = (uint8_t)r->at;
        insn->field_size = 4;
        skip(r, 4);
        return modrm;
    }
    skip(r, mod == 1 ? 1 : mod == 2 ? 4 : 0);
    return modrm;
}

static int64_t field(const struct reader *r, const struct zg_insn *insn)
{
    int32_t far;

    if (insn->field_size == 1)
        return (int8_t)r->code[insn->field_at];
    memcpy(&far, r->code + insn->field_at, sizeof(far));
    return far;
}

static void read_immediate(struct reader *r, uint8_t how, const struct prefixes *p)
{
    if (how & I8)
        skip(r, 1);
    if (how & I16)
        skip(r, 2);
    if (how & IZ)
        skip(r, p->operand16 ? 2 : 4);
}

static void read_distance(struct reader *r, struct zg_insn *insn, uint8_t size,
                          enum zg_insn_kind kind)
{
    insn->kind = kind;
    insn->field_at = (uint8_t)r->at;
    insn->field_size = size;
    skip(r, size);
}

/* VEX and EVEX: the map decides what follows the opcode. (SDM 2.3.5, 2.7.1) */
static void read_vex(struct reader *r, struct zg_insn *insn, unsigned map)
{
    uint8_t opcode = next(r);

    insn->kind = ZG_INSN_PLAIN;
    if (map < 1 || map > 3) {
        r->spoilt = true;
        return;
    }
    if (map == 1 && opcode == 0x77) /* vzeroupper */
        return;
    (void)read_modrm(r, insn);
    if (map == 3 || (map == 1 && (two_byte[opcode] & I8) != 0))
        skip(r, 1);
}

static bool is_vex(struct reader *r, struct zg_insn *insn)
{
    uint8_t first = peek(r);
    unsigned map;

    if (first != 0xc4 && first != 0xc5 && first != 0x62)
        return false;
    skip(r, 1);
    map = next(r) & (first == 0x62 ? 7U : 31U);
    skip(r, first == 0x62 ? 2 : first == 0xc4 ? 1 : 0);
    read_vex(r, insn, first == 0xc5 ? 1 : map);
    return true;
}

static void read_two_byte(struct reader *r, const struct prefixes *p, struct zg_insn *insn)
{
    uint8_t opcode = next(r);
    uint8_t how = two_byte[opcode];
    uint8_t modrm = 0;

    if (opcode == 0x38 || opcode == 0x3a) {
        (void)next(r);
        (void)read_modrm(r, insn);
        skip(r, opcode == 0x3a ? 1 : 0);
        return;
    }
    r->spoilt |= (how & BAD) != 0;
    if (how & REL32) {
        read_distance(r, insn, 4, ZG_INSN_BRANCH);
        r->spoilt |= p->operand16; /* means different things on different processors */
    }
    if (how & M)
        modrm = read_modrm(r, insn);
    read_immediate(r, how, p);
    insn->movable = (how & START) != 0;
    if (opcode == 0x0b) /* ud2 */
        insn->kind = ZG_INSN_END;
    insn->landing_pad = opcode == 0x1e && p->repeat && modrm == 0xfa;
}

/* FF: calls and jumps whose target is in a register or in memory. */
static void read_indirect(struct zg_insn *insn, uint8_t modrm)
{
    unsigned what = modrm >> 3 & 7;

    if (what == 2 || what == 3 || what == 7) /* a call would return to the new place */
        insn->movable = false;
    if (what == 4 || what == 5)
        insn->movable = false;
    if ((what == 4 || what == 5) && insn->kind == ZG_INSN_PLAIN)
        insn->kind = ZG_INSN_END;
}

static void read_jump(struct reader *r, uint8_t opcode, uint8_t how, struct zg_insn *insn)
{
    enum zg_insn_kind kind = opcode == 0xe8                     ? ZG_INSN_CALL
                             : opcode == 0xe9 || opcode == 0xeb ? ZG_INSN_JUMP
                                                                : ZG_INSN_BRANCH;

    read_distance(r, insn, (how & REL8) ? 1 : 4, kind);
}

static void read_one_byte(struct reader *r, const struct prefixes *p, struct zg_insn *insn)
{
    uint8_t opcode = next(r);
    uint8_t how = one_byte[opcode];
    uint8_t modrm = 0;

    r->spoilt |= (how & BAD) != 0;
    if (how & (REL8 | REL32)) {
        read_jump(r, opcode, how, insn);
        r->spoilt |= p->operand16;
    }
    if (how & M)
        modrm = read_modrm(r, insn);
    insn->movable = (how & START) != 0;
    if ((opcode == 0xc6 || opcode == 0xc7) && (modrm >> 3 & 7) != 0)
        r->spoilt = true; /* xabort, xbegin */
    if ((opcode == 0xf6 || opcode == 0xf7) && (modrm >> 3 & 7) < 2)
        /* test; the others of the group have no immediate */
        how = (uint8_t)(how | (opcode == 0xf6 ? I8 : IZ));
    if (opcode >= 0xb8 && opcode <= 0xbf && p->wide) {
        how = NONE;
        skip(r, 8); /* movabs */
    }
    read_immediate(r, how, p);
    if (opcode == 0xc2 || opcode == 0xc3 || opcode == 0xcc || opcode == 0xf4)
        insn->kind = ZG_INSN_END;
    if (opcode == 0xff)
        read_indirect(insn, modrm);
}

struct zg_insn zg_insn_x86_64(const uint8_t *code, size_t size, uint64_t address)
{
    struct reader r = {.code = code, .size = size < 15 ? size : 15};
    struct zg_insn insn = {.kind = ZG_INSN_PLAIN};
    struct prefixes p = {0};

    read_prefixes(&r, &p);
    if (!is_vex(&r, &insn)) {
        if (peek(&r) == 0x0f) {
            skip(&r, 1);
            read_two_byte(&r, &p, &insn);
        } else {
            read_one_byte(&r, &p, &insn);
        }
    }
    if (r.spoilt)
        return (struct zg_insn){.kind = ZG_INSN_UNKNOWN};
    insn.length = (uint8_t)r.at;
    /* A 32-bit address would be cut where the code goes; no function begins with a lock or repeat.
     */
    if (p.address32 || p.lock || (p.repeat && insn.kind != ZG_INSN_PLAIN))
        insn.movable = false;
    if (insn.field_size != 0)
        insn.target = address + insn.length + (uint64_t)field(&r, &insn);
    return insn;
}
