# The hooks of a recorded shell: what is about to run is told, and waited for; what has run is marked on the terminal.
# Words to the terminal are ESC ] 7748 ; NONCE ; WORD BEL, taken out before anybody sees them.

typeset -g __stanch_prompt=0 __stanch_mark=

__stanch_word() { builtin printf '\033]7748;%s;%s\007' "$__stanch_nonce" "$1" >/dev/tty }

# The last of preexec: the line was read, and nothing of it has run.
__stanch_begin() {
    if ((!${precmd_functions[(I)__stanch_end]})); then precmd_functions=(__stanch_end $precmd_functions); fi
    __stanch_told "$1" "$3" || return
    # The mark after output without a line end comes before precmd, and would be taken for output: it is drawn there.
    if [[ -o promptsp ]]; then
        __stanch_mark=1
        unsetopt promptsp
    fi
}

__stanch_told() {
    builtin emulate -L zsh -o no_xtrace -o no_verbose -o no_err_exit -o no_err_return
    # Where the history is off the first is empty.
    local text=${1:-$2} id=$__stanch_prompt.0 said= line answer
    if [[ $text =~ '^ *(exit|logout)( +[0-9]+)? *$' ]]; then
        __stanch_word "skip;$id"
        return 0
    fi
    builtin printf '%s\0' "$__stanch_nonce" "$id" "$PWD" "$text" 1<>"$__stanch_ask"
    # Twenty seconds in small pieces: a signal (another size) ends one of them, and means nothing.
    for ((answer = 0; answer < 40; answer++)); do
        if [[ ! -p $__stanch_answer ]]; then break; fi
        IFS= builtin read -r -t 0.5 line <>"$__stanch_answer" || continue
        if [[ $line == "$id "* ]]; then
            said=${line#* }
            break
        fi
    done 2>/dev/null
    if [[ $said != ok ]]; then
        said=${said#no }
        builtin printf '\r\033[1mstanch: not recorded: %s\033[m\r\nRun it all the same, unrecorded? [y/N] ' \
            "${said:-the record does not answer}" >/dev/tty
        answer=
        IFS= builtin read -r -s -k 1 answer </dev/tty
        if [[ $answer != [yY] ]]; then
            builtin printf 'no\r\n' >/dev/tty
            __stanch_word "drop;$id"
            builtin kill -INT $$
            return 1
        fi
        builtin printf 'yes\r\n' >/dev/tty
        __stanch_word "free;$id"
    fi
    __stanch_word "begin;$id;0"
}

# The first of precmd: whatever ran is over.
__stanch_end() {
    local __stanch_status=$?
    __stanch_over $__stanch_status
    if [[ -n $__stanch_mark ]]; then
        __stanch_mark=
        setopt promptsp
    fi
    return $__stanch_status
}

__stanch_over() {
    builtin emulate -L zsh -o no_xtrace -o no_verbose -o no_err_exit -o no_err_return
    __stanch_word "end;$1;0;$__stanch_prompt"
    ((__stanch_prompt += 1))
    precmd_functions=(__stanch_end ${precmd_functions:#__stanch_(end|start)})
    preexec_functions=(${preexec_functions:#__stanch_begin} __stanch_begin)
    if [[ -n $__stanch_mark ]]; then
        local mark=${PROMPT_EOL_MARK-%B%S%#%s%b} plain
        plain=${(S)${(%)mark}//$'\e'\[*m/}
        local -i rest=$((COLUMNS - ${#plain}))
        builtin print -nP -- $mark >/dev/tty
        builtin printf '%*s\r%*s\r' $rest '' ${#plain} '' >/dev/tty
    fi
}

# Before the first prompt, when every file of the owner's has been read.
__stanch_start() { __stanch_end }
typeset -ag precmd_functions preexec_functions
precmd_functions+=(__stanch_start)
