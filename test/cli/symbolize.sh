# SPDX-License-Identifier: MPL-2.0
# zmqguard symbolize --pipe: inlined functions, separate debug files, and no wrong answers.
. "$(dirname "$0")/../lib.bash"

ask() { # MODULE BUILD-ID OFFSET [ARGS…]: the answer, files without their directory
    printf '%s\t%s\t%s\n' "$1" "$2" "$3" | "$ZMQGUARD" symbolize --pipe "${@:4}" |
        sed 's,\t[^\t]*/\([^/\t]*\)\t,\t\1\t,'
}
columns() { cut -f 1-3; } # compilers do not agree on the column

cp "$here/data/inlines.cc" .
golden=$(printf '%s\t%s\t%s\n' \
    'pipeline::worker::deep(int)' inlines.cc 22 \
    'pipeline::worker::mid(int)' inlines.cc 28 \
    'char* pipeline::worker::outer<long>(long)' inlines.cc 34)
for pie in -fPIE\ -pie -fno-pie\ -no-pie; do
    $CXX -O2 -g $pie -Wl,--build-id -o whole inlines.cc || exit 1
    { read -r offset && read -r rusty; } < <(./whole)
    case $pie in # a fixed address is its own numbering
    *-no-pie) read -r offset rusty < <(start=$(nm whole | sed -n 's/ . __executable_start$//p'); printf '%x %x\n' \
        $((0x$offset + 0x$start)) $((0x$rusty + 0x$start))) ;;
    esac
    id=$(readelf -n whole | sed -n 's/.*Build ID: //p')
    [ -n "$id" ] || exit 1

    same "inlines, $pie" "$golden" "$(ask "$work/whole" "$id" "$offset" | columns | sed '$d')"
    same "columns, $pie" 3 "$(ask "$work/whole" "$id" "$offset" | awk -F'\t' '$4 > 0' | wc -l)"
    same "no build-id asked for" "$golden" "$(ask "$work/whole" '' "$offset" | columns | sed '$d')"
    same "Rust, legacy" '<pool::Worker as core::ops::drop::Drop>::drop' \
        "$(ask "$work/whole" "$id" "$rusty" | sed -n '1s/\t.*//p')"

    # Another build of the same path: nothing rather than something wrong.
    same "other build-id" "" "$(ask "$work/whole" "$(tr 0-9a-f 1-9a-f0 <<<"$id")" "$offset")"

    # Stripped, with the debug file by build-id, by debuglink, and away.
    mkdir -p "debug/.build-id/${id:0:2}"
    objcopy --only-keep-debug whole "debug/.build-id/${id:0:2}/${id:2}.debug"
    strip -o stripped whole
    same "stripped" "" "$(ask "$work/stripped" "$id" "$offset")"
    same "by build-id" "$golden" \
        "$(ask "$work/stripped" "$id" "$offset" --debug-path="$work/debug" | columns | sed '$d')"
    same "module not here" "$golden" \
        "$(ask /gone/stripped "$id" "$offset" --debug-path="$work/debug" | columns | sed '$d')"
    same "by name among debug files" "$golden" \
        "$(ask /gone/whole "$id" "$offset" --debug-path="$work" | columns | sed '$d')"
    objcopy --only-keep-debug whole linked.debug
    strip -o linked whole && objcopy --add-gnu-debuglink=linked.debug linked
    same "by debuglink" "$golden" "$(ask "$work/linked" "$id" "$offset" | columns | sed '$d')"
    mkdir -p root/usr/lib && cp -r debug root/usr/lib/debug && mkdir -p root/opt && cp stripped root/opt/
    same "sysroot" "$golden" \
        "$(ask /opt/stripped "$id" "$offset" --sysroot="$work/root" | columns | sed '$d')"
    rm -rf debug root linked.debug
done

# _start, which has no debug information, lies between main() and the rest of the program's code.
$CC -O2 -g -std=gnu17 -D_GNU_SOURCE -DPROGRAM -o parts "$top/test/load/plugin.c" -lzmq -lpthread ||
    exit 1
start=$(nm parts | sed -n 's/ T _start$//p')
same "a place between a unit's parts" "" \
    "$(ask "$work/parts" '' "$(printf '%x' $((0x$start + 32)))" | grep plugin.c)"

# Rust's names as of v0: a method, a trait's, generics with back references, closures, shims, types.
v0() { # SYMBOL NAME
    echo "void f(void) __asm__(\"$1\"); void f(void) {} int main(void) { return 0; }" >v0.c
    $CC -O0 -o v0 v0.c || exit 1
    same "Rust, v0" "$2" "$(ask "$work/v0" '' "$(nm v0 | sed -n "s/ T $1\$//p")" | sed -n '1s/\t.*//p')"
}
v0 _RNvMs0_NtNtNtCsjrHSEGnQ3l9_3std3sys6thread4unixNtB5_6Thread3new \
    '<std::sys::thread::unix::Thread>::new'
v0 _RNvXs_Cs1_4poolNtB4_6WorkerNtNtNtCs2_4core3ops4drop4Drop4drop \
    '<pool::Worker as core::ops::drop::Drop>::drop'
v0 _RINvNtCs2_4core3ptr13drop_in_placeINtNtB4_6option6OptionRShEECs1_4pool \
    'core::ptr::drop_in_place::<core::option::Option<&[u8]>>'
v0 _RNCNCNvCs1_4pool3run00B5_ 'pool::run::{closure#0}::{closure#0}'
v0 _RNCNvCs1_4pool3runs_0 'pool::run::{closure#1}'
v0 _RNSNvYNvCs1_4pool3runNtCs2_4core2Fn4call6vtable \
    '<pool::run as core::Fn>::call::{shim:vtable#0}'
v0 _RINvC1a1bTlETlxEFUKClEuDNtC1c1SNtC1c1TEL_Kj10_Ahj4_E \
    'a::b::<(i32,), (i32, i64), unsafe extern "C" fn(i32), dyn c::S + c::T, 16, [u8; 4]>'
v0 _RNvC1a99short _RNvC1a99short
# A back reference to itself, from which Debian 11's libiberty-dev never comes back.
cat >itself.c <<'END'
char *cplus_demangle(const char *mangled, int options);
int main(void) { return cplus_demangle("_RNvB_1a", 1 << 0 | 1 << 1 | 1 << 8) != 0; }
END
if $CC -o itself itself.c -liberty && ./itself 2>/dev/null; then
    v0 _RNvB_1a _RNvB_1a
fi
v0 _RNvNtC3foou8gdel_5qa1x 'foo::gödel::x'
v0 _D3app4mainFZv 'app.main()'

# Without line information: the symbol alone.
$CXX -O2 -Wl,--build-id -o symbols inlines.cc || exit 1
same "symbol table" "$(printf 'char* pipeline::worker::outer<long>(long)\t\t0\t0')" \
    "$(printf '%s\t\t%s\n' "$work/symbols" "$(./symbols | head -n 1)" | "$ZMQGUARD" symbolize --pipe | sed '$d')"

# Every request has its answer, in order, whatever it is.
printf 'rubbish\n\n/none\tzz\tzz\n/none\t\t1\n%s\t\tffffffffffffffff\n' "$work/whole" |
    expect 0 "$ZMQGUARD" symbolize --pipe
same "answers to rubbish" 5 "$(printf 'rubbish\n\n/none\tzz\tzz\n/none\t\t1\n%s\t\tffffffffffffffff\n' \
    "$work/whole" | "$ZMQGUARD" symbolize --pipe | grep -c '^$')"
# The next answer is there before the next question: the guard may ask in steps.
coproc "$ZMQGUARD" symbolize --pipe
printf '%s\t\t1\n' /none >&"${COPROC[1]}"
read -r -t 60 answer <&"${COPROC[0]}" || fail "no answer while input is open"
finish
