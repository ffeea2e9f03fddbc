/* SPDX-License-Identifier: MPL-2.0 */
/* What is searched for. */
int inner(void);
int inner(void)
{
    return 42;
}
