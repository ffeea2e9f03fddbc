/* SPDX-License-Identifier: MPL-2.0 */
/* order_counter_flag.c with the counters of another copy of libzmq, which a plugin would bring
 * along (RTLD_LOCAL), and by dlsym(). */
/* zg: expect silent */
/* zg: options policy=fence */
#include <dlfcn.h>
#include <link.h>

#include "order.h"

static struct {
    void *(*make)(void);
    int (*value)(void *counter);
    int (*inc)(void *counter);
    void (*set)(void *counter, int value);
    void (*destroy)(void **counter);
} copy;

#define zmq_atomic_counter_new     copy.make
#define zmq_atomic_counter_value   copy.value
#define zmq_atomic_counter_inc     copy.inc
#define zmq_atomic_counter_set     copy.set
#define zmq_atomic_counter_destroy copy.destroy
#define PREPARE                    open_copy
#include "order_counter_flag.c"

static void *function(void *library, const char *name)
{
    void *found = dlsym(library, name);

    CHECK(found != NULL);
    return found;
}

static void open_copy(const struct link_map *original)
{
    char command[1024];
    void *library;

    snprintf(command, sizeof(command), "cp '%s' copy.so", original->l_name);
    CHECK(system(command) == 0);
    library = dlopen("./copy.so", RTLD_NOW | RTLD_LOCAL);
    CHECK(library != NULL);
    copy.make = function(library, "zmq_atomic_counter_new");
    copy.value = function(library, "zmq_atomic_counter_value");
    copy.inc = function(library, "zmq_atomic_counter_inc");
    copy.set = function(library, "zmq_atomic_counter_set");
    copy.destroy = function(library, "zmq_atomic_counter_destroy");
}
