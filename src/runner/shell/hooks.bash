# The hooks of a recorded shell: what is about to run is told, and waited for; what has run is marked on the terminal.
# Words to the terminal are ESC ] 7748 ; NONCE ; WORD BEL, taken out before anybody sees them.

__stanch_prompt=0 __stanch_entry= __stanch_control= __stanch_space= __stanch_ignore= __stanch_off=

__stanch_word() { builtin printf '\033]7748;%s;%s\007' "$__stanch_nonce" "$1" >/dev/tty; }

# The last line of the history: its number and its text.
__stanch_last() {
    local last form='^ *([0-9]+)[* ] (.*)$'
    last=$(HISTTIMEFORMAT= builtin history 1)
    number= text=
    if [[ $last =~ $form ]]; then number=${BASH_REMATCH[1]} text=${BASH_REMATCH[2]}; fi
}

# From PS0, in a process of its own: the line was read, and nothing of it has run. $1 is the status before it.
__stanch_begin() {
    { local -; set +xvuef; } 2>/dev/null
    local number text id said= line answer='\#' leave='^ *(exit|logout)( +[0-9]+)? *$'
    id=$__stanch_prompt.${answer@P}
    __stanch_last
    if [[ $text =~ $leave ]]; then __stanch_word "skip;$id"; return; fi
    builtin printf '%s\0' "$__stanch_nonce" "$id" "$PWD" "$text" 1<>"$__stanch_ask"
    while IFS= builtin read -r -t 20 line <>"$__stanch_answer"; do
        case $line in "$id "*) said=${line#* }; break ;; esac
    done 2>/dev/null
    if [[ $said != ok ]]; then
        said=${said#no } answer=
        builtin printf '\r\033[1mstanch: not recorded: %s\033[m\r\nRun it all the same, unrecorded? [y/N] ' \
            "${said:-the record does not answer}" >/dev/tty
        IFS= builtin read -r -s -n 1 answer </dev/tty
        if [[ $answer != [yY] ]]; then
            builtin printf 'no' >/dev/tty
            __stanch_word "drop;$id"
            # The shell itself, which waits for this: it gives the line up.
            builtin kill -INT $$
            return
        fi
        builtin printf 'yes\r\n' >/dev/tty
        __stanch_word "free;$id"
    fi
    __stanch_word "begin;$id;$1"
}

# The first thing before a prompt: whatever ran is over.
__stanch_end() {
    local status=$?
    { local -; set +xvuef; } 2>/dev/null
    local count='\#'
    __stanch_word "end;$status;${count@P};$__stanch_prompt"
    __stanch_prompt=$((__stanch_prompt + 1))
    __stanch_history
    __stanch_place
    return "$status"
}

# Every line has to pass through the history, because that is where its text is found. What its owner keeps out of it is
# taken out again.
__stanch_history() {
    local - number text pattern before=$__stanch_entry out=$__stanch_off
    set -f
    __stanch_last
    if [[ $number && $number != "$before" ]]; then
        if [[ $__stanch_space && $text == [[:space:]]* ]]; then out=1; fi
        local IFS=:
        for pattern in $__stanch_ignore; do
            # shellcheck disable=SC2053 # a pattern on purpose
            if [[ $text == $pattern ]]; then out=1; fi
        done
        if [[ $__stanch_off && $text == *'set -o history'* ]]; then
            __stanch_off= out= HISTFILE=$__stanch_file
        elif [[ $out ]]; then
            builtin history -d "$number" 2>/dev/null
            __stanch_last
        fi
    fi
    __stanch_entry=$number
    if [[ ${HISTCONTROL-} != "$__stanch_control" ]]; then
        __stanch_space=
        case :$HISTCONTROL: in *:ignorespace:* | *:ignoreboth:*) __stanch_space=1 ;; esac
        __stanch_control=:$HISTCONTROL:
        __stanch_control=${__stanch_control//:ignorespace:/:} __stanch_control=${__stanch_control//:ignoreboth:/:ignoredups:}
        __stanch_control=${__stanch_control#:} __stanch_control=${__stanch_control%:}
        HISTCONTROL=$__stanch_control
    fi
    if [[ ${HISTIGNORE-} ]]; then __stanch_ignore=$HISTIGNORE HISTIGNORE=; fi
    if [[ ! -o history ]]; then
        __stanch_off=1 __stanch_file=${HISTFILE-} HISTFILE=
        set -o history
    fi
    if [[ ${HISTSIZE-1} == 0 ]]; then HISTSIZE=1; fi
    shopt -q cmdhist || shopt -s cmdhist
}

# The hooks are where they belong, whoever moved them: the end first of all, the begin last of all.
__stanch_place() {
    case ${PS0-} in *'$(__stanch_begin $?)'*) ;; *) PS0=${PS0-}'$(__stanch_begin $?)' ;; esac
    shopt -q promptvars || shopt -s promptvars
    if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 501)); then
        case ${PROMPT_COMMAND-} in
        __stanch_end | __stanch_end$'\n'*) ;;
        *) PROMPT_COMMAND=__stanch_end${PROMPT_COMMAND:+$'\n'${PROMPT_COMMAND//__stanch_end/:}} ;;
        esac
    elif [[ ${PROMPT_COMMAND[0]-} != __stanch_end ]]; then
        local command
        local -a others=()
        for command in "${PROMPT_COMMAND[@]}"; do
            if [[ $command && $command != __stanch_end ]]; then others+=("${command//__stanch_end/:}"); fi
        done
        PROMPT_COMMAND=(__stanch_end "${others[@]}")
    fi
}

__stanch_start() {
    local -
    set +uef
    local number text
    __stanch_last
    __stanch_entry=$number
    __stanch_history
    __stanch_place
}
__stanch_start
