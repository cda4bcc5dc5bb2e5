# The far end of a lane's second channel: takes requests from standard input, and tells what the keeper has to tell.
d='@FOLDER@'
umask 077
c= p=
# The keeper may have been ended too quickly to do this.
trap 'kill $c $p 2>/dev/null; cd /; rm -rf "$d"' EXIT
cd "$d" || exit 75
cat >keep.new <<'@KEY@'
@KEEP@
@KEY@
cat >wrap <<'@KEY@'
@WRAP@
@KEY@
mv keep.new keep
cat <out &
c=$!
echo go >in
hides() {
  case $(stty -a <"$1") in *' -icanon'*) echo 0 ;; *' -echo '*) echo 1 ;; *) echo 0 ;; esac
}
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
watch() {
  q=0
  while sleep 1 && [ -e "$1.job" ]; do
    h=$(hides "$2")
    [ "$h" = "$q" ] || echo "hides $1 $h"
    q=$h
  done
}
while read -r a n x y k w r t; do
  # A run that outlives its connection: the folder that an earlier clerk's key named.
  f=${d%/*}/stanch-$y-$n
  case $a in
    run)
      dd bs=1 count="$x" >"$n.job"
      mkfifo "$n.in"
      case $k in pipe | secret) mkfifo "$n.out" ;; esac
      echo "$n $k $w $r" >in
      if [ "$k" != detach ]; then
        watch "$n" "$t" &
        p=$!
      fi
      dd bs=1 count="$y" >"$n.in" ;;
    stop)
      if kill -s "$x" -- "-$y"; then echo "stop $n 1"; else echo "stop $n 0"; fi
      kill -s CONT -- "-$y" ;;
    look) echo "left $n $(left "$x")" ;;
    again) if read -r g <"$f/group"; then echo "pid $n $g"; else echo "gone $n 0"; fi ;;
    kill)
      # Its wrapper goes with it, and can no longer say so.
      kill -s KILL -- "-$x"
      echo 137 >"$f/status"
      read -r m <"$f/mark"
      printf '\033]7748;%s;%s;end\007' "$m" "$n" >>"$f/out" ;;
    collect)
      read -r s <"$f/status"
      echo "end $n $s $(left "$x")" ;;
    forget) rm -rf "$f" ;;
    void)
      : >"$n.void"
      cat <"$n.out" >/dev/null & ;;
  esac 2>/dev/null
done
