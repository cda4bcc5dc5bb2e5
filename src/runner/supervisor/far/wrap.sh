# Started by the keeper, in a group of its own, for a run that outlives the connection; it needs neither keeper nor terminal.
d=$1 n=$2 k=$1-$2
trap '' HUP TTIN TTOU
trap : INT QUIT TERM USR1 USR2
mkdir -m 700 "$k" && echo @NONCE@ >"$k/mark" && echo $$ >"$k/group" && : >"$k/out" || exit 1
echo "pid $n $$" >&4
exec 4>&-
sh "$d/$n.job" >>"$k/out" 2>&1
s=$?
rm -f "$d/$n."*
echo "$s" >"$k/status"
printf '\033]7748;@NONCE@;%s;end\007' "$n" >>"$k/out"
