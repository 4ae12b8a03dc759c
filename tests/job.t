#!/bin/bash
# job.t - what disk/job.sh puts into the overlay of a run: words, marks, libraries. Nothing boots.
# shellcheck disable=SC2016,SC1003 # "$" is for who reads it later; and quotes, for words.sh
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

root=$scratch/root
# job ARG...: its words to $scratch/log; sets $status
job()
{
	status=0
	disk/job.sh "$@" >"$scratch/log" 2>&1 || status=$?
	return $status
}

# words TEXT: the arguments that the guest's program gets, one a line
words()
{
	job -n tiny -a "$1" "$root" && sed -n '1,/^arg /d; s/^arg //p' "$root/etc/job"
}

# refused NAME ERE ARG...
refused()
{
	job "${@:3}"
	like "$1: refused" "$status:$(cat "$scratch/log")" "^1:FAILED: $2"
}

# --- Words ----------------------------------------------------------------------------------------
is 'blanks and tabs separate' "$(words $' a\tb  c ')" $'a\nb\nc'
is 'nothing at all' "$(words ' ')" ''
is 'quotes join, and may be empty' "$(words "a'b c'\"d e\" '' \"\"" | cat -A)" $'ab cd e$\n$\n$'
is 'a backslash, bare' "$(words 'a\ b \\ \" \'\''')" $'a b\n\\\n"\n\''
is 'in double quotes, only before what it quotes' "$(words '"\n \" \\ \$ \` \x"')" '\n " \ $ ` \x'
is 'in single quotes, it is itself' "$(words "'a\\' b '\\\$\\\\'")" $'a\\\nb\n\\$\\\\'
is 'nothing is expanded' "$(words '$HOME * ~ `id` {a,b}' | tr '\n' ' ')" '$HOME * ~ `id` {a,b} '
refused 'a quote left open' 'ARGS: quote " is not closed' -n tiny -a 'a "b' "$root"
refused 'a line break' 'ARGS: a line break in an argument' -n tiny -a $'a\nb' "$root"

# --- The job --------------------------------------------------------------------------------------
job -n tiny -e 'A=1 B="x y"' "$root"
is 'all that init reads' "$(cat "$root/etc/job")" 'name tiny
cwd /work
env A=1
env B=x y
stdin /dev/null
arg /bin/tiny'
job -c -e A=1 "$root"
is 'no program: a shell gets the environment alone' "$(cat "$root/etc/job")" $'cwd /work\nenv A=1'
job "$root"
ok 'neither: no job' test ! -e "$root/etc/job"
job -c -n tiny "$root"
is 'the console as standard input' "$(grep stdin "$root/etc/job")" 'stdin /dev/console'
echo text | disk/job.sh -c -s - -n tiny "$root"
is 'what is piped in counts more' "$(grep stdin "$root/etc/job") $(cat "$root/etc/stdin")" 'stdin /etc/stdin text'

# --- Programs -------------------------------------------------------------------------------------
echo 'int main(void) { return 0; }' >"$scratch/prog.c"
i686-linux-gnu-gcc -static -o "$scratch/prog" "$scratch/prog.c"
# patched NAME OFFSET BYTES: the program with other bytes there
patched()
{
	cp "$scratch/prog" "$scratch/$1"
	printf '%b' "$3" | dd of="$scratch/$1" bs=1 seek="$2" conv=notrunc status=none
}
patched machine 18 '\x28\x00'
refused 'for another processor' "PROG=.*/machine: not for the Intel 386" "$root" "$scratch/machine"
patched headers 42 '\x38\x00'
refused 'program headers of another size' 'PROG=.*: program headers of an unknown size' "$root" "$scratch/headers"
patched none 44 '\x00\x00'
refused 'none' 'PROG=.*: no program headers' "$root" "$scratch/none"
i686-linux-gnu-gcc -o "$scratch/dynamic" "$scratch/prog.c"
at=$(i686-linux-gnu-readelf -lW "$scratch/dynamic" | awk '/^Program Headers/ { getline; on = 1; next }
	on { if ($1 == "INTERP") { print 52 + 32 * n; exit } if ($1 != "[Requesting") n++ }')
cp "$scratch/dynamic" "$scratch/prog"
patched interpreter $((at + 16)) '\xff\xff\xff\x7f'
refused 'an interpreter that the file has not' 'PROG=.*: truncated: its segments' "$root" "$scratch/interpreter"
mkdir -p "$scratch/guest/bin"
cp "$scratch/dynamic" "$scratch/guest/bin/tool"
ok 'a program of the guest is not looked for beside the user' job -r "$scratch/guest" "$root" tool
refused 'a path that is not there is no name' 'PROG=./tool: no such file' -r "$scratch/guest" "$root" ./tool
cp "$scratch/dynamic" "$scratch/guest/bin/true"
ok "a 64-bit one of this machine is not meant where the guest has one" job -r "$scratch/guest" "$root" /bin/true

# --- Libraries ------------------------------------------------------------------------------------
mkdir -p "$scratch"/libs/{inner,wrong}
echo 'int two(void) { return 2; }' >"$scratch/two.c"
echo 'int two(void); int one(void) { return two() - 1; }' >"$scratch/one.c"
echo 'int one(void); int main(void) { return one() - 1; }' >"$scratch/uses.c"
i686-linux-gnu-gcc -shared -fPIC -o "$scratch/libs/inner/libtwo.so.1" -Wl,-soname,libtwo.so.1 "$scratch/two.c"
i686-linux-gnu-gcc -shared -fPIC -o "$scratch/libs/libone.so.1" -Wl,-soname,libone.so.1 \
	-Wl,-rpath,'${ORIGIN}/inner' "$scratch/one.c" "$scratch/libs/inner/libtwo.so.1"
i686-linux-gnu-gcc -o "$scratch/uses" -Wl,-rpath,'$ORIGIN/libs/wrong:$ORIGIN/libs' "$scratch/uses.c" "$scratch/libs/libone.so.1" \
	-Wl,-rpath-link,"$scratch/libs/inner"
echo 'int one(void) { return 1; }' | gcc -shared -fPIC -x c -o "$scratch/libs/wrong/libone.so.1" -
ok 'a library of a library, both by their run paths' job "$root" "$scratch/uses"
is 'are brought' "$(cd "$root" && find lib -name 'lib*.so*' | LC_ALL=C sort | tr '\n' ' ')" \
	'lib/i386-linux-gnu/libone.so.1 lib/i386-linux-gnu/libtwo.so.1 lib/libc.so.6 '
i686-linux-gnu-g++ -Wl,--as-needed -nodefaultlibs -x c -o "$scratch/plus" "$scratch/prog.c" -Wl,--no-as-needed -lstdc++ -Wl,--as-needed -lc
ok 'libraries of the cross compiler that need others of it' job "$root" "$scratch/plus"
is 'lie in one place' "$(cd "$root" && find lib -name 'lib*.so*' -path '*i386*')" ''
ok 'a 64-bit one in LIBS is passed over' job -L "$scratch/libs/wrong $scratch/libs" "$root" "$scratch/uses"
ok 'it is the one of the guest' cmp "$root/lib/i386-linux-gnu/libone.so.1" "$scratch/libs/libone.so.1"
mkdir -p "$scratch/guest/lib" "$scratch/later/usr/lib"
cp "$scratch"/libs/{libone.so.1,inner/libtwo.so.1} "$scratch/guest/lib"
mv "$scratch/uses" "$scratch/later/alone"
ok 'what a root has' job -r "$scratch/guest" "$root" "$scratch/later/alone"
is 'is not brought' "$(cd "$root" && find lib -name 'lib[ot][nw]*')" ''
i686-linux-gnu-gcc -o "$scratch/odd" -Wl,--dynamic-linker=/lib/ld-odd.so.1 "$scratch/prog.c"
refused 'another loader' 'PROG=.*: needs the loader /lib/ld-odd.so.1' "$root" "$scratch/odd"
: >"$scratch/later/usr/lib/ld-odd.so.1"
ok 'which a root may have, under /usr' job -r "$scratch/later" "$root" "$scratch/odd"
ln -s dash "$scratch/guest/bin/sh"
printf '#!/bin/sh\n' >"$scratch/sh.sh"
refused 'a link to nothing, for an interpreter' '.*its interpreter /bin/sh is not in the guest' -r "$scratch/guest" "$root" "$scratch/sh.sh"
mkdir -p "$scratch/later/usr/bin"
: >"$scratch/later/usr/bin/dash"
ok 'a link to what a later root has' job -r "$scratch/guest" -r "$scratch/later" "$root" "$scratch/sh.sh"
ln -s sh "$scratch/later/usr/bin/sh" # to itself
ok 'a ring of links ends' timeout 20 disk/job.sh -r "$scratch/later" "$root" "$scratch/prog"
refused 'and is nothing; the later root counts' '.*its interpreter /bin/sh is not in the guest' \
	-r "$scratch/guest" -r "$scratch/later" "$root" "$scratch/sh.sh"

# --- Scripts --------------------------------------------------------------------------------------
# script TEXT: what SCRIPT makes of it, and runs here; marks stand in < >
script()
{
	printf '%s' "$1" >"$scratch/case.sh"
	job -S "$scratch/case.sh" "$root" || { cat "$scratch/log" && return; }
	sed -i 's|echo "$1" >/proc/trace_mark;|printf "<%s>" "$1";|' "$root/bin/case.sh"
	sh "$root/bin/case.sh" 2>&1
}
is 'a mark before each command' "$(script $'echo a\necho b\n')" $'<echo a>a\n<echo b>b'
is 'the last line may have no end' "$(script $'echo a\necho b')" $'<echo a>a\n<echo b>b'
is 'one command over lines' "$(script $'echo a \\\n  b\nfor i in 1 2\ndo\n  echo $i\ndone\n')" $'<echo a \\>a b\n<for i in 1 2>1\n2'
is 'a here-document is no command' "$(script $'cat <<X\necho a\nX\n')" $'<cat <<X>echo a'
is 'what sets the scene has none' "$(script $'# text\nset -u\nx=1\nf() { :; }\nexport x\ncd /\n:\necho $x\n')" '<echo $x>1'
is 'what only looks like it has one' "$(script $'setsid true\nx=2 true\nexportfs() { echo f; }\nexportfs\n')" '<setsid true><x=2 true><exportfs>f'
is 'the status of the command before is seen' "$(script $'false\necho $?\n(exit 3)\necho $?\n')" $'<false><echo $?>1\n<(exit 3)><echo $?>3'
is 'with set -e only a command ends it' "$(script $'set -e\nfalse || :\nif true; then false && :; fi\necho on\nfalse\necho off\n')" \
	$'<false || :><if true; then false && :; fi><echo on>on\n<false>'
is 'quotes in a mark' "$(script $'echo \'it\'\\\'\'s\'\n')" $'<echo \'it\'\\\'\'s\'>it\'s'
is 'a long one is cut' "$(script "echo $(printf 'x%.0s' {1..99}) >&-"$'\n' 2>/dev/null | grep -o '<.*>' | wc -c)" 63
script $'#!/bin/sh\n\necho a\n# b\necho c\n' >"$scratch/printed"
is 'lines keep their numbers' "$(grep -n 'echo c$' "$root/bin/case.sh" | cut -d: -f1)" 5
for shell in '/usr/bin/env bash' /bin/dash '/usr/bin/env ash'; do
	printf '#!%s\necho\n' "$shell" >"$scratch/case.sh"
	job -S "$scratch/case.sh" "$root"
	is "$shell runs it" "$(sed -n 's/^arg //p' "$root/etc/job" | tr '\n' ' ')" "$shell /bin/case.sh " || diag "$(cat "$scratch/log")"
done
printf '#!/usr/bin/env awk\n' >"$scratch/case.sh"
refused 'what is no shell' "SCRIPT=.*: not a shell's" -S "$scratch/case.sh" "$root"
done_testing
