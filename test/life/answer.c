/* SPDX-License-Identifier: MPL-2.0 */
/* For hostile.sh: a library to load and unload. */
int answer(void);
int answer(void)
{
    return 42;
}
