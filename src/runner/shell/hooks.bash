# The hooks of a recorded shell: what is about to run is told, and waited for; what has run is marked on the terminal.
# Words to the terminal are ESC ] 7748 ; NONCE ; WORD BEL, taken out before anybody sees them.

__stanch_prompt=0 __stanch_count=0 __stanch_entry=0 __stanch_control= __stanch_space= __stanch_ignore= __stanch_off= __stanch_mute=

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
    local number text id said= line answer count='\#' leave='^ *(exit|logout)( +[0-9]+)? *$'
    count=${count@P} id=$__stanch_prompt.$count
    __stanch_last
    if [[ ${PROMPT_COMMAND[0]-} != __stanch_end* || ! -o history || ${HISTCONTROL-} != "$__stanch_control" || ${HISTIGNORE-} ]]; then
        # Somebody took the end away, or had lines kept out of the history: the shell itself puts that right (its trap), before it
        # runs this.
        builtin kill -URG $$
        # So many lines were read since the history was last looked at, this one among them.
        if [[ ! -o history ]] || ((${number:-0} < __stanch_entry + count - __stanch_count + 1)); then
            text='# a line that the history of bash did not take'
        fi
    fi
    if [[ $text =~ $leave ]]; then __stanch_word "skip;$id"; return; fi
    builtin printf '%s\0' "$__stanch_nonce" "$id" "$PWD" "$text" 1<>"$__stanch_ask"
    # Twenty seconds in small pieces: a signal (another size) ends one of them, and means nothing.
    for ((answer = 0; answer < 40; answer++)); do
        if [[ ! -p $__stanch_answer ]]; then break; fi
        IFS= builtin read -r -t 0.5 line <>"$__stanch_answer" || continue
        case $line in "$id "*) said=${line#* } && break ;; esac
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
    # Among what PS0 prints, at its very end: what others print by it is no output yet.
    if [[ -t 2 ]]; then
        builtin printf '\033]7748;%s;begin;%s;%s\007' "$__stanch_nonce" "$id" "$1"
    else
        __stanch_word "begin;$id;$1"
    fi
}

# The first thing before a prompt: whatever ran is over.
__stanch_end() {
    local status=$?
    __stanch_over "$status"
    return "$status"
}

__stanch_over() {
    { local -; set +xvuef; } 2>/dev/null
    __stanch_count='\#' __stanch_count=${__stanch_count@P}
    __stanch_word "end;$1;$__stanch_count;$__stanch_prompt"
    __stanch_prompt=$((__stanch_prompt + 1))
    __stanch_history
    __stanch_place
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
    __stanch_entry=${number:-0}
    if [[ ${HISTCONTROL-} != "$__stanch_control" ]]; then
        __stanch_space=
        case :$HISTCONTROL: in *:ignorespace:* | *:ignoreboth:*) __stanch_space=1 ;; esac
        __stanch_control=:$HISTCONTROL:
        __stanch_control=${__stanch_control//:ignorespace:/:} __stanch_control=${__stanch_control//:ignoreboth:/:ignoredups:}
        __stanch_control=${__stanch_control#:} __stanch_control=${__stanch_control%:}
        HISTCONTROL=$__stanch_control
    fi
    if [[ ${HISTIGNORE-} ]]; then __stanch_ignore=$HISTIGNORE HISTIGNORE=; fi
    # Bash lets nobody but its user switch the history on at a prompt.
    if [[ -o history ]]; then
        __stanch_mute=
    elif [[ ! $__stanch_mute ]]; then
        __stanch_mute=1
        builtin printf '\r\033[1mstanch: the history is off: commands are recorded without their text (set -o history)\033[m\r\n' >/dev/tty
    fi
    if [[ ${HISTSIZE-1} == 0 ]]; then HISTSIZE=1; fi
    shopt -q cmdhist || shopt -s cmdhist
}

# The hooks are where they belong, whoever moved them: the end first of all, the begin last in PS0. What others do at a prompt may
# move them too, so this is the last thing before it too; only bash-preexec has to be that itself. A string stays a string: others cut
# and paste it.
__stanch_place() {
    local command rest line=$'\n' last=__stanch_place
    local -a others=()
    case ${PS0-} in *'$(__stanch_begin $?)'*) ;; *) PS0=${PS0-}'$(__stanch_begin $?)' ;; esac
    shopt -q promptvars || shopt -s promptvars
    if declare -F __bp_interactive_mode >/dev/null; then last=; fi
    if [[ ${PROMPT_COMMAND@a} == *a* ]] && ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 501)); then
        if [[ ${PROMPT_COMMAND[0]-} == __stanch_end && (! $last || ${PROMPT_COMMAND[*]: -1} == "$last") ]]; then return; fi
        for command in "${PROMPT_COMMAND[@]}"; do
            case $command in
            '' | __stanch_end | __stanch_place) ;;
            *) command=${command//__stanch_end/:} others+=("${command//__stanch_place/:}") ;;
            esac
        done
        PROMPT_COMMAND=(__stanch_end "${others[@]}" ${last:+"$last"})
    else
        rest=$line${PROMPT_COMMAND-}$line
        rest=${rest//"$line"__stanch_end"$line"/$line} rest=${rest//"$line"__stanch_place"$line"/$line}
        rest=${rest#"$line"} rest=${rest%"$line"}
        rest=${rest//__stanch_end/:} rest=${rest//__stanch_place/:}
        rest=__stanch_end${rest:+$line$rest}${last:+$line$last}
        if [[ ${PROMPT_COMMAND-} != "$rest" ]]; then PROMPT_COMMAND=$rest; fi
    fi
}

# From a signal of the begin's: everything as it was at the last prompt.
__stanch_repair() {
    { local -; set +xvuef; } 2>/dev/null
    __stanch_history
    __stanch_place
}

__stanch_start() {
    { local -; set +xvuef; } 2>/dev/null
    local number text
    __stanch_last
    __stanch_entry=${number:-0}
    __stanch_history
    __stanch_place
}

# Bash runs what its editor was left with out of the middle of a line, by no prompt: here it becomes the line, and Enter runs it.
__stanch_edit() {
    local text file=${__stanch_ask%/*}/line.sh
    builtin printf '%s\n' "$READLINE_LINE" >|"$file" || return
    eval "${VISUAL:-${EDITOR:-vi}}" '"$file"' </dev/tty >/dev/tty || return
    # Not by $(...): in the middle of a line that makes some versions of bash run the line in two.
    IFS= builtin read -r -d '' text <"$file"
    text=${text%$'\n'}
    READLINE_LINE=$text READLINE_POINT=${#text}
    command rm -f "$file"
}
if [[ $(bind -m emacs -p 2>/dev/null) == *'"\C-x\C-e": edit-and-execute-command'* ]]; then
    bind -m emacs -x '"\C-x\C-e": __stanch_edit' 2>/dev/null
fi
if [[ $(bind -m vi-command -p 2>/dev/null) == *'"v": vi-edit-and-execute-command'* ]]; then
    bind -m vi-command -x '"v": __stanch_edit' 2>/dev/null
fi

# A history that its owner's files switched off is on here, and keeps nothing.
if [[ ! -o history ]]; then
    __stanch_off=1 __stanch_file=${HISTFILE-} HISTFILE=
    set -o history
fi
__stanch_start
# A signal that means nothing to anybody else, and does nothing where this is taken away.
trap __stanch_repair URG
