# Sourced by the keeper: the lane's one shell on the far side, leader of its terminal's session. Nothing here is more than POSIX sh.
exec 3<>"$d/in" 4<>"$d/out" 6>&2 2>/dev/null
stty -ixon -opost susp '^-' || stty -ixon -opost
t=$(tty) m=$(stty -g)
tell() { printf '%s\n' "$*" >&4; }
where() { for x in awk od cksum; do command -v "$x" || command -p -v "$x" || echo -; done; }
tell ground "$(id -u)" "$t" $(where)
tell home "$(pwd)"
tell first $(@DUMP@)
# From here on a lost connection ends this shell at once, and with it the terminal's foreground: a trap would wait for the job.
trap - HUP TERM
# Whether somebody of this group is alive beside its leader. Zombies are not: whoever should bury them may take his time.
left() {
  ps -A -o pgid= -o pid= -o args= | {
    l=0
    while read -r g i c; do
      case $g,$i,$c in "$1,$1,"* | *'<defunct>'*) ;; "$1,"*) l=1 ;; esac
    done
    echo $l
  }
}
set -m
while read -r n k w r <&3; do
  stty "$m"
  case $k in
    interactive) stty opost ixon cols "$w" rows "$r" ;;
    *) stty cols "$w" rows "$r" ;;
  esac
  s=126 l=0
  case $k in
    detach)
      sh "$d/wrap" "$d" "$n" <"$d/$n.in" 3<&- 6>&- &
      continue ;;
    pipe | secret)
      exec 5>"$d/$n.out"
      if [ -e "$d/$n.void" ]; then cat <"$d/$n.in" >/dev/null
      elif [ "$k" = pipe ]; then sh "$d/$n.job" <"$d/$n.in" 3<&- >&5 2>&5 5>&- 6>&-; s=$?
      else sh "$d/$n.job" <"$d/$n.in" 3<&- >&5 2>&6 5>&- 6>&-; s=$?
      fi
      printf '\033]7748;@NONCE@;%s;end\007' "$n" >&5
      exec 5>&- ;;
    *) sh "$d/$n.job" <"$d/$n.in" 3<&- 2>&6 6>&-; s=$? ;;
  esac
  if read -r g <"$d/$n.pid" && kill -s 0 -- "-$g"; then l=$(left "$g"); fi
  printf '\033]7748;@NONCE@;%s;end\007' "$n" >/dev/tty
  rm -f "$d/$n."*
  tell end "$n" "$s" "$l"
done
