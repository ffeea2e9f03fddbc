/* SPDX-License-Identifier: MPL-2.0 */
/* The guard's options as the command takes them: --key=value, checked and put into one text. */
#ifndef ZG_CLI_SETTINGS_H
#define ZG_CLI_SETTINGS_H

#include "base/compiler.h"

/* The value of ZMQGUARD_OPTIONS under construction: freed by the caller. */
struct zg_options;
struct zg_settings {
    char *text;
};

/* Starts with "summary=1", the command's default, and then `inherited` (ZMQGUARD_OPTIONS of the
 * environment, may be NULL), so that this and later ones win. Exits 2 on a mistake in it. */
void zg_settings_init(struct zg_settings *s, const char *inherited);
/* Adds "key=value", the part of --key=value after the dashes. Exits 2 on a mistake, which it names
 * with the nearest right one: a typo never means "unguarded". */
void zg_settings_add(struct zg_settings *s, const char *option);
/* All options as they are by now; valid until the next call of a function here. */
const struct zg_options *zg_settings_options(const struct zg_settings *s);
/* Prints every option and kind: name, default, value now, sentence. */
void zg_settings_help(const struct zg_settings *s);
void zg_settings_free(struct zg_settings *s);

#endif
