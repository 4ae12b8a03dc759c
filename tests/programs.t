#!/bin/bash
# programs.t - a user's own program with all that belongs to it, as README's worked cases have it.
. tests/tap.sh
set -u

out=$scratch/out
# record VARIABLE...: make trace; its output goes to $scratch/log. Sets $status.
record()
{
	status=0
	make --no-print-directory trace OUT="$out" MEM=64 APPEND=selftest=none "$@" \
		>"$scratch/log" 2>&1 || status=$?
	return $status
}

# refused NAME ERE VARIABLE...: ended by one such line, before anything boots
refused()
{
	rm -rf "$out"
	record "${@:3}"
	is "$1: refused, by one line" "$((status != 0)):$(grep -cE -e "$2" "$scratch/log"):$(
		[ -s "$out/console.log" ] && echo booted)" 1:1: || diag "$(tail -n 5 "$scratch/log")"
}

printed()
{
	cat "$out/stdout.txt"
}

# --- A script with three programs: SCRIPT, ENV, directories in FILES ------------------------------
mkdir -p "$scratch/data/sub"
# shellcheck disable=SC2016 # the guest's shell expands it
printf '#!/bin/sh\necho "script: $WHO, $HOME"\n' >"$scratch/data/run.sh"
chmod 755 "$scratch/data/run.sh"
seq 1 50 >"$scratch/data/sub/numbers"
ln -s sub/numbers "$scratch/data/link"
cat >"$scratch/three.sh" <<'END'
#!/bin/sh
# three programs
where=data
cd $where
./run.sh
sort -rn link |
	head -n 1
for i in a b; do
	echo $i
done
false
echo "status $?, $1" 'x'
cat <<X
echo no command
X
END
ok 'a script, with a directory and an environment' record SCRIPT="$scratch/three.sh" ARGS=one \
	FILES="$scratch/data/" ENV="WHO='me and you' HOME=/tmp"
is 'it ran as it is' "$(printed)" "script: me and you, /tmp
50
a
b
status 1, one x
echo no command"
is 'each command has its mark' "$(sed -n '/,user,/,$p' "$out/marks.csv" | tail -n +2 | cut -d, -f3- |
	sed 's/\(,[0-9]*\)*$//')" "three.sh
./run.sh
sort -rn link |
for i in a b; do
false
\"echo \"\"status \$?, \$1\"\" 'x'\"
cat <<X
three.sh end"
ok 'a script as PROG, a file as STDIN' record PROG="$scratch/data/run.sh" STDIN="$scratch/data/sub/numbers"
is 'runs too' "$(printed)" 'script: , /work'
ok 'a program of the guest' record PROG=sort ARGS='-rn' STDIN="$scratch/data/sub/numbers"
is 'by its name' "$(printed | head -n 1)" 50
ok 'by its path' record PROG=/usr/bin/env ARGS=-i
printf '#!/bin/nosuch\n' >"$scratch/nosuch.sh"
printf '#!/usr/bin/env perl6\n' >"$scratch/env.sh"
printf '#!/bin/sh\r\n' >"$scratch/crlf.sh"
printf 'echo\nif true; then\n' >"$scratch/open.sh"
refused 'no interpreter' 'interpreter /bin/nosuch is not in the guest' PROG="$scratch/nosuch.sh"
refused 'none by env' 'interpreter perl6 is not in the guest' PROG="$scratch/env.sh"
refused 'lines of DOS' 'its lines end in CR LF' SCRIPT="$scratch/crlf.sh"
refused 'a script cut short' 'FAILED: SCRIPT=.*open.sh: line 3: syntax error' SCRIPT="$scratch/open.sh"
refused 'PROG and SCRIPT' 'one of them, please' PROG=sort SCRIPT="$scratch/three.sh"
refused 'ENV without a value' 'FAILED: ENV: X: not NAME=value' ENV=X
refused 'two files of one name' 'two of them are called numbers' \
	FILES="$scratch/data/sub/numbers $scratch/data/sub/numbers"

# --- ROOTFS ---------------------------------------------------------------------------------------
mkdir -p "$scratch/rootfs"/{etc,usr/bin,usr/share/x}
echo 'root:x:0:0:root:/root:/bin/sh' >"$scratch/rootfs/etc/passwd"
echo greetings >"$scratch/rootfs/usr/share/x/hello"
ln -s ../share/x/hello "$scratch/rootfs/usr/bin/hello"
ok 'an overlay of the root' record PROG=sh ROOTFS="$scratch/rootfs" \
	ARGS="-c 'id -un; cat /usr/bin/hello /bin/hello; ls -ld /usr/bin'"
like 'is there' "$(printed | tr '\n' ' ')" '^root greetings greetings l.* /usr/bin -> ../bin $'
refused 'no such overlay' 'no directory .*nowhere' ROOTFS="$scratch/nowhere"

# --- Libraries ------------------------------------------------------------------------------------
mkdir -p "$scratch/libs"
echo 'int seven(void) { return 7; }' >"$scratch/seven.c"
# shellcheck disable=SC2028 # for the compiler
echo '#include <stdio.h>
int seven(void);
int main(void) { return printf("%d\n", seven()) != 2; }' >"$scratch/dynamic.c"
i686-linux-gnu-gcc -shared -fPIC -o "$scratch/libs/libseven.so.1" -Wl,-soname,libseven.so.1 "$scratch/seven.c"
i686-linux-gnu-gcc -o "$scratch/dynamic" "$scratch/dynamic.c" "$scratch/libs/libseven.so.1"
refused 'a library that is nowhere' 'FAILED: PROG=.*: needs libseven.so.1, which is neither' PROG="$scratch/dynamic"
ok 'a library in LIBS' record PROG="$scratch/dynamic" LIBS="$scratch/libs"
is 'is linked' "$(printed)" 7
ok 'for a program in FILES too' record PROG=sh ARGS='-c ./dynamic' FILES="$scratch/dynamic" LIBS="$scratch/libs"
cp "$scratch/dynamic" "$scratch/libs/own"
ok 'a library beside the program' record PROG="$scratch/libs/own"
refused 'no such directory' 'FAILED: LIBS: .*nowhere: no such directory' PROG="$scratch/dynamic" LIBS="$scratch/nowhere"

done_testing
