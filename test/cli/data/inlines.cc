// SPDX-License-Identifier: MPL-2.0
// Prints an address inside of a call that was inlined twice. Line numbers matter: symbolize.sh.
#include <cstdio>
#ifdef __clang__
#define OPAQUE __attribute__((noinline))
#else
#define OPAQUE __attribute__((noipa))
#endif
#define ALWAYS inline __attribute__((always_inline))
extern "C" OPAQUE char *here()
{
    asm volatile("");
    return (char *)__builtin_return_address(0) - 1;
}
extern char __executable_start;

namespace pipeline
{
struct worker {
    static ALWAYS char *deep(int x)
    {
        char *p = here();
        asm volatile("" ::"r"(x));
        return p;
    }
    static ALWAYS char *mid(int x)
    {
        char *p = deep(x + 1);
        asm volatile("");
        return p;
    }
    template <class T> OPAQUE static char *outer(T x)
    {
        char *p = mid((int)x);
        asm volatile("");
        return p;
    }
};
} // namespace pipeline

extern "C" OPAQUE char *rusty() asm("_ZN54_$LT$pool..Worker$u20$as$u20$core..ops..drop..Drop$GT$"
                                    "4drop17h0123456789abcdefE");
extern "C" char *rusty()
{
    char *p = here();
    asm volatile("");
    return p;
}

int main()
{
    return printf("%lx\n%lx\n", (unsigned long)(pipeline::worker::outer(3L) - &__executable_start),
                  (unsigned long)(rusty() - &__executable_start)) < 0;
}
