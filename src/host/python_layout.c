/* SPDX-License-Identifier: MPL-2.0 */
/*
 * From Include/cpython/{pystate,code,unicodeobject,frameobject}.h and
 * Include/internal/pycore_frame.h of each version; those of the installed one are pinned by
 * test/clients/python_frames.sh.
 */
#include "host/python_layout.h"

#define NONE ZG_PYTHON_NO_FIELD

static const struct zg_python_layout layouts[] = {
    {
        .version = 0x0308,
        .state_frame = 24,
        .cframe_frame = NONE,
        .frame_code = 32,
        .frame_back = 24,
        .frame_instr = 104,
        .frame_owner = NONE,
        .instr_is_index = 1,
        .code_file = 104,
        .code_name = 112,
        .code_first_line = 40,
        .code_table = 120,
        .ascii_text = 48,
        .other_text = 72,
    },
    {
        .version = 0x0309,
        .state_frame = 24,
        .cframe_frame = NONE,
        .frame_code = 32,
        .frame_back = 24,
        .frame_instr = 104,
        .frame_owner = NONE,
        .instr_is_index = 1,
        .code_file = 104,
        .code_name = 112,
        .code_first_line = 40,
        .code_table = 120,
        .ascii_text = 48,
        .other_text = 72,
    },
    {
        .version = 0x030a,
        .state_frame = 24,
        .cframe_frame = NONE,
        .frame_code = 32,
        .frame_back = 24,
        .frame_instr = 96,
        .frame_owner = NONE,
        .instr_is_index = 2,
        .code_file = 104,
        .code_name = 112,
        .code_first_line = 40,
        .code_table = 120,
        .ascii_text = 48,
        .other_text = 72,
    },
    {
        .version = 0x030b,
        .state_frame = 56,
        .cframe_frame = 8,
        .frame_code = 32,
        .frame_back = 48,
        .frame_instr = 56,
        .frame_owner = NONE,
        .code_file = 112,
        .code_name = 128,
        .code_first_line = 72,
        .code_instrs = 184,
        .code_table = 136,
        .ascii_text = 48,
        .other_text = 72,
    },
    {
        .version = 0x030c,
        .state_frame = 56,
        .cframe_frame = 0,
        .frame_code = 0,
        .frame_back = 8,
        .frame_instr = 56,
        .frame_owner = 70,
        .owner_not_python = 3, /* FRAME_OWNED_BY_CSTACK */
        .code_file = 112,
        .code_name = 128,
        .code_first_line = 68,
        .code_instrs = 192,
        .code_table = 136,
        .code_version = 92,
        .ascii_text = 40,
        .other_text = 56,
    },
};

const struct zg_python_layout *zg_python_layout(uint32_t version)
{
    for (size_t i = 0; i < ZG_COUNT(layouts); i++)
        if (layouts[i].version == version)
            return &layouts[i];
    return NULL;
}
