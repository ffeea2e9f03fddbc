# SPDX-License-Identifier: MPL-2.0
# shellcheck shell=bash
# Debian's releases as directories, for scripts/check-distributions and scripts/check-deb: made by
# debootstrap below $ZG_TREES (build/trees), kept for the next time. Source it at the top of the
# tree. Needs root and debootstrap. $ZG_MIRROR: http://deb.debian.org/debian
#
# make_tree SUITE [NAME]   makes the tree NAME (SUITE), unless it is there
# inside NAME COMMAND…     runs a command in that tree, in /
# version NAME PACKAGE     upstream's part of the version that is installed there, or -
# $trees                   where they are
die() {
    echo "$0: $*" >&2
    exit 2
}
[ "$(id -u)" -eq 0 ] || die "needs root, for debootstrap and chroot"
command -v debootstrap >/dev/null || die "needs debootstrap (apt-get install debootstrap)"

trees=$(realpath -m "${ZG_TREES:-build/trees}")
mirror=${ZG_MIRROR:-http://deb.debian.org/debian}
mkdir -p "$trees/archives" || exit 1

# A mirror may be a snapshot whose signatures have run out; the trees are for tests only.
make_tree() {
    local tree=$trees/${2:-$1}
    [ ! -e "$tree/zmqguard-ready" ] || return 0
    rm -rf "$tree"
    debootstrap --variant=minbase --cache-dir="$trees/archives" "$1" "$tree" "$mirror" || return 1
    printf '%s\n' 'Acquire::Check-Valid-Until "false";' 'Acquire::Languages "none";' \
        'APT::Install-Recommends "false";' 'APT::Sandbox::User "root";' \
        'DPkg::Options {"--force-unsafe-io";};' >"$tree/etc/apt/apt.conf.d/99zmqguard"
    : >"$tree/zmqguard-ready"
}

# The mounts go with the process.
inside() {
    local tree=$trees/$1
    shift
    cp /etc/resolv.conf "$tree/etc/resolv.conf" 2>/dev/null
    # shellcheck disable=SC2016 # the inner shell expands
    unshare --mount sh -c 'tree=$1 && shift &&
        mount -t proc proc "$tree/proc" && mount --rbind /dev "$tree/dev" &&
        mount -t tmpfs -o mode=1777 tmpfs "$tree/tmp" && exec chroot "$tree" env -i \
        PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
        "$@"' sh "$tree" "$@" </dev/null
}

version() {
    # shellcheck disable=SC2016 # dpkg-query expands
    inside "$1" dpkg-query -W -f '${Version}' "$2" 2>/dev/null |
        sed 's/^[0-9]*://; s/[-+].*//' | grep . || echo -
}
