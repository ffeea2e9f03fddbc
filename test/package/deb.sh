#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# make deb, and what lintian says of it: nothing. The packages hold what make install puts in place,
# and the command finds its library where they put it.
. "$(dirname "$0")/../lib.bash"
for tool in dpkg-buildpackage dh lintian; do
    command -v $tool >/dev/null || skip "no $tool"
done
dpkg-checkbuilddeps -d build-essential /dev/null 2>/dev/null || skip "no build-essential"

expect 0 env DEBFULLNAME="The Maintainers" DEBEMAIL=maintainers@zeromq.org \
    make -C "$top" --no-print-directory deb BUILD="$work/b" CC=gcc
version=$("$ZMQGUARD" --version | cut -d' ' -f2)
arch=$(dpkg --print-architecture)
packages="b/deb/libzmqguard_${version}_$arch.deb b/deb/libzmqguard-dev_${version}_$arch.deb"
# shellcheck disable=SC2086 # two words
lintian --suppress-tags newer-standards-version $packages >out 2>err || fail "lintian"
same "lintian" "" "$(grep -E '^[EW]:' out)"
for package in $packages; do dpkg-deb -x "$package" root || fail "$package"; done
zcat root/usr/share/doc/libzmqguard/changelog.gz >changelog
same "changelog" "$version" "$(dpkg-parsechangelog -l changelog -S Version)"
expect 0 root/usr/bin/zmqguard check /bin/true
cp "$top/test/cli/data/pipeline.c" . && $CC -g -o pipeline pipeline.c -lzmq -lpthread || exit 1
expect 134 root/usr/bin/zmqguard ./pipeline racy
says err '^SUMMARY: libzmqguard: c.*-use .*pipeline\.c:[0-9]+'
finish
