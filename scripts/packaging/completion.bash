# SPDX-License-Identifier: MPL-2.0
# shellcheck shell=bash
# Completion for bash: the command itself tells its options and their values.

# The options of zmqguard, or those of its subcommand; with an option, that one's values.
_zmqguard_words() { # subcommand option
    local help
    case $1 in
    '' | run) help=$(zmqguard --help | sed -n 's/^\([a-z_-]*\)=[^ ]* (default \([^;)]*; \)\{0,1\}\([^)]*\)).*/--\1 \3/p') ;;
    *) help=$(zmqguard "$1" --help | sed -n 's/^  \(--[a-z-]*\)=\{0,1\}\([^ ]*\) .*/\1 \2/p') ;;
    esac
    if [ -n "$2" ]; then
        sed -n "s/^$2 \([a-z0-9|-]*|[a-z0-9|-]*\)\$/\1/p" <<<"$help" | tr '|' ' '
    else
        sed 's/ .*//; s/$/=/' <<<"$help"
    fi
}

_zmqguard() {
    local current=$2 option='' subcommand='' i
    # "--policy=st" is three words.
    case ${COMP_WORDS[COMP_CWORD]} in
    =) option=${COMP_WORDS[COMP_CWORD - 1]} current='' ;;
    *) [ "${COMP_WORDS[COMP_CWORD - 1]}" != = ] || option=${COMP_WORDS[COMP_CWORD - 2]} ;;
    esac
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i - 1]}:${COMP_WORDS[i]} in
        =:* | *:-* | *:=) ;;
        *)
            subcommand=${COMP_WORDS[i]}
            break
            ;;
        esac
    done
    COMPREPLY=()
    case $subcommand in
    '' | run | report | symbolize | check)
        if [ -n "$option" ] || [[ $current == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W "$(_zmqguard_words "$subcommand" "$option")" -- "$current")
            return
        fi
        ;;
    esac
    case $subcommand in
    '') mapfile -t COMPREPLY < <(compgen -W 'run report symbolize check' -- "$current" && compgen -c -- "$current") ;;
    run) mapfile -t COMPREPLY < <(compgen -c -- "$current") ;;
    *) compopt -o filenames 2>/dev/null && mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    esac
}
complete -o nospace -F _zmqguard zmqguard
