# SPDX-License-Identifier: MPL-2.0
# shellcheck shell=bash disable=SC2154
# For the scripts here that run programs in many languages, after ../lib.bash.

# What a source says that it is built with.
flags_of() {
    # shellcheck disable=SC2046 # words
    eval echo $(sed -n 's,^/\* build: \(.*\) \*/$,\1,p' "$1")
}

compiled() { # output source compiler…
    local out=$1 source=$2
    shift 2
    # shellcheck disable=SC2046,SC2086 # words
    "$@" -D_GNU_SOURCE $OPT -w -I"$here/../prog" -o "$out" "$source" $(flags_of "$source") -lzmq \
        -lpthread
}

# Prints the command that runs the program; fails when it cannot be built here.
command_of() { # source
    local bin
    bin=$PWD/$(basename "$1" | tr . _)
    case $1 in
    *.c) compiled "$bin" "$1" "${CC:-cc}" ;;
    *.cc) compiled "$bin" "$1" "${CXX:-c++}" -std=c++20 ;;
    *.go) GOCACHE=$PWD/gocache GO111MODULE=off go build -o "$bin" "$1" ;;
    *.rs) rustc --version && rustc -O -o "$bin" "$1" ;;
    *.hs) ghc -v0 -threaded -outputdir "$bin.d" -o "$bin" "$1" -lzmq ;;
    *.java)
        javac -cp /usr/share/java/zmq.jar -d . "$1" || return
        bin="java -Djava.library.path=$jni -cp /usr/share/java/zmq.jar:. $(basename "$1" .java)"
        ;;
    *.py) /usr/bin/python3 -c "import zmq" && bin="/usr/bin/python3 $1" ;;
    *.lisp) command -v sbcl && bin="sbcl --script $1" ;;
    esac >build.log 2>&1 || return
    echo "$bin"
}

OPT=${OPT:--O2 -g}
jni=$(dirname "$(echo /usr/lib/*/jni/libjzmq.so)")
