/* SPDX-License-Identifier: MPL-2.0 */
/* A library that needs one which only the RPATH of its loader leads to. */
int inner(void);
int needs(void);
int needs(void)
{
    return inner();
}
