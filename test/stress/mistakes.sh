#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Deliberate mistakes in the engine, and the first seed by which the random programs of verdicts.c
# notice each:
#   mistakes.sh [MOST]     of 1,500 seeds at most; exit 1 when one goes unnoticed
# LIBZMQ: the folder of a libzmq with draft functions, without which those of pollers are left out.
set -u
cd "$(dirname "$0")/../.." || exit 1
most=${1:-1500}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
unnoticed=0

git ls-files -co --exclude-standard src scripts test/tests.mk Makefile | tar -c -T - | tar -x -C "$tmp"
"${CC:-cc}" -std=gnu17 -D_GNU_SOURCE -O2 -Isrc -Itest -o "$tmp/verdicts" test/stress/verdicts.c -lzmq \
    -lpthread -ldl || exit 1
make_it() { make -s -C "$tmp" BUILD=build -j2 build/libzmqguard.so >/dev/null 2>"$tmp/err"; }
make_it || exit 1
export LD_LIBRARY_PATH=${LIBZMQ:-}${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}

# mistake FILE SED WHAT
mistake() {
    local file=$tmp/src/$1 said
    cp -p "$file" "$tmp/right"
    sed -i "$2" "$file"
    if cmp -s "$file" "$tmp/right" || ! make_it; then
        printf '%-18s %-52s cannot be made\n' "$1" "$3"
        unnoticed=$((unnoticed + 1))
    else
        said=$(LD_PRELOAD=$tmp/build/libzmqguard.so \
            ZMQGUARD_OPTIONS=policy=fence:on_error=exit:symbolize=0 \
            "$tmp/verdicts" 1 "$most" first 2>/dev/null | sed -n 's/^seed \([0-9]*\): \([a-z ]*\):.*/\1 (\2)/p')
        printf '%-18s %-52s %s\n' "$1" "$3" "${said:-not noticed}"
        [ -n "$said" ] || unnoticed=$((unnoticed + 1))
    fi
    cp -p "$tmp/right" "$file"
    touch "$file"
}

mistake model/sync.c 's/if (same && learn(a, s->vc, last))/if (same \&\& last == 1)/' \
    'to acquire teaches nothing'
mistake model/sync.c 's/if (holds_nothing_new(a, s, last))/if (last != 1)/' \
    'a release takes the place of others'
mistake model/sync.c 's/if (learn(child, creator->vc, creator->epoch))/if (creator == NULL)/' \
    'to be created teaches nothing'
mistake model/sync.c 's/if (learn(a, ended->vc, ended->epoch))/if (ended == NULL)/' \
    'to join teaches nothing'
mistake model/owner.c 's/return let_go || zg_actor_knows(a, o->epoch)/return o != NULL/' \
    'every hand-over is in order'
mistake model/owner.c 's/return let_go || zg_actor_knows/return zg_actor_knows/' \
    'a hand-off counts for nothing'
mistake track/judge.c '/case ZG_ENTRY_CLOSED:/,/return/s/zg_life_closed(call, s, handle);//' \
    'a closed socket may be used'
mistake track/judge.c '/case ZG_ENTRY_FORKED:/,/return/s/zg_life_forked(call, s);//' \
    'a child may use what its parent made'
mistake track/cond_wait.h 's/if (w->signalled)/if (w->cond == NULL)/' \
    'who is signalled learns nothing of who did'
mistake hook/barrier.c 's/from = zg_round_over(&round);/from = 0 * zg_round_over(\&round);/' \
    'a barrier teaches nothing'
mistake hook/once.c 's/if (rc == 0)/if (rc == 1)/' \
    'who finds pthread_once() done learns nothing'
mistake hook/c11.c '/^ZG_EXPORT int mtx_unlock/,/^}/s/zg_edge_release(.*;//' \
    'mtx_unlock() releases nothing'
mistake hook/thread.c '/^ZG_EXPORT int thrd_join/,/^}/s/joined(t);//' \
    'thrd_join() teaches nothing'
mistake hook/sem.c 's/^    zg_edge_release(.*;//' 'sem_post() releases nothing'
mistake model/inproc.h '/^ZG_INLINE int zg_inproc_after_recv/,/^}/s/if (rc < 0 || p == NULL)/if (rc < 0 || p != NULL)/' \
    'a message teaches nothing'
if nm -D "${LIBZMQ:-/nowhere}"/libzmq.so.5 2>/dev/null | grep -q ' zmq_poller_new$'; then
    mistake hook/poller.c 's/USES(call, NULL, true);/USES(call, NULL, false);/' \
        'a wait uses none of the registered sockets'
    mistake hook/poller.c 's/^    if (u->one != 0)$/    if (u->one == 1)/' \
        'to add a socket to a poller is no use'
else
    echo "left out: pollers, for want of a libzmq with draft functions (LIBZMQ=)"
fi
[ "$unnoticed" -eq 0 ]
