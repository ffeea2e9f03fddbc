/* SPDX-License-Identifier: MPL-2.0 */
/*
 * libzmq's own code in a loaded object that names nothing but the API: strip(1) takes the names of
 * functions, but what C++ keeps of its classes stays. The name of a class leads to its type_info,
 * that to its virtual functions, and .eh_frame_hdr tells where each function of the object begins.
 * A linker puts what comes from one archive in one piece; it reaches from the first function known
 * in this way to the last.
 */
#ifndef ZG_HOST_ZMQ_CLASSES_H
#define ZG_HOST_ZMQ_CLASSES_H

#include "host/lib.h"

#define ZG_CLASS_SEGMENTS 16

/* Readable memory of an object, whatever it holds. */
struct zg_class_image {
    uint32_t count;
    struct zg_text_range of[ZG_CLASS_SEGMENTS];
    uintptr_t functions;       /* .eh_frame_hdr; 0: none */
    struct zg_text_range text; /* from the first byte of code to the last */
};

/* Takes the segments of a loaded object from its file's program headers. 0 or -ZG_EINVAL. */
int zg_class_image_read(int fd, uintptr_t base, struct zg_class_image *image);

/*
 * The piece of code around `inside`, a function of libzmq's. False: there are too few classes, no
 * table of functions, or no memory. Any content does no harm: nothing outside of the segments is
 * read. One call at a time.
 */
bool zg_zmq_classes_find(const struct zg_class_image *image, uintptr_t inside,
                         struct zg_text_range *own);
/* For a file: do these bytes name so many of libzmq's classes that the piece will be found? */
bool zg_zmq_classes_are_named(const void *bytes, size_t size);

#endif
