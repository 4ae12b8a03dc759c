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
refused 'no such overlay' 'FAILED: ROOTFS=.*nowhere: no such directory' ROOTFS="$scratch/nowhere"

# --- Libraries ------------------------------------------------------------------------------------
mkdir -p "$scratch/libs"
printf '%s\n' 'static volatile char pages[8192];' 'int seven(void) {' 'pages[4096] = 7;' 'return pages[4096]; }' \
	>"$scratch/seven.c"
# shellcheck disable=SC2028 # for the compiler
echo '#include <stdio.h>
int seven(void);
int main(void) { return printf("%d\n", seven()) != 2; }' >"$scratch/dynamic.c"
i686-linux-gnu-gcc -g -shared -fPIC -o "$scratch/libs/libseven.so.1" -Wl,-soname,libseven.so.1 "$scratch/seven.c"
i686-linux-gnu-gcc -o "$scratch/dynamic" "$scratch/dynamic.c" "$scratch/libs/libseven.so.1"
refused 'a library that is nowhere' 'FAILED: PROG=.*: needs libseven.so.1, which is neither' PROG="$scratch/dynamic"
ok 'a library in LIBS' record PROG="$scratch/dynamic" LIBS="$scratch/libs"
is 'is linked' "$(printed)" 7
like "... and its functions and source lines are named" "$(cat "$out/analysis/fault_code.csv")" ',seven,[^ ]*seven\.c:3$'
ok 'for a program in FILES too' record PROG=sh ARGS='-c ./dynamic' FILES="$scratch/dynamic" LIBS="$scratch/libs"
like '... and named there' "$(cat "$out/analysis/fault_code.csv")" ',seven,[^ ]*seven\.c:3$'
cp "$scratch/dynamic" "$scratch/libs/own"
ok 'a library beside the program' record PROG="$scratch/libs/own"
mkdir "$scratch/data/lib"
i686-linux-gnu-gcc -shared -fPIC -o "$scratch/data/lib/libpath.so" "$scratch/seven.c"
(cd "$scratch" && i686-linux-gnu-gcc -o bypath dynamic.c data/lib/libpath.so)
refused 'a library by its path' 'FAILED: PROG=.*: needs data/lib/libpath.so by that path: FILES' PROG="$scratch/bypath"
ok 'which FILES brings' record PROG="$scratch/bypath" FILES="$scratch/data"
refused 'no such directory' 'FAILED: LIBS: .*nowhere: no such directory' PROG="$scratch/dynamic" LIBS="$scratch/nowhere"

# --- Packages -------------------------------------------------------------------------------------
echo 'create table t(a integer primary key, b text);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 500)
	insert into t select i, i % 7 from n;
create index by_b on t(b);
delete from t where a % 3 = 0;
select count(*), sum(a) from t where b = 4;' >"$scratch/table.sql"
set='bc sqlite3'
# no_network NAME: passed over when it was the network that the last record lacked
no_network()
{
	grep -q '^FAILED: PACKAGES: .*is there a network?' "$scratch/log" &&
		pass "$1 # SKIP no network here, and it is not in the cache"
}

record PACKAGES="$set" PROG=/usr/bin/sqlite3 ARGS=t.db STDIN="$scratch/table.sql"
if ! no_network 'Debian packages'; then
	is 'a program of a package, with its libraries' "$status:$(printed)" '0:48|11952' ||
		diag "$(tail -n 5 "$scratch/log")"
	ok 'another one, called by a shell, and nothing is fetched' record NO_APT=1 \
		PACKAGES='sqlite3  bc' PROG=sh ARGS="-c 'bc --version; sed --version; bc'" STDIN=<(echo '2^70')
	like "is the package's, and its result" "$(printed | paste -sd' ')" \
		'^bc 1\.[0-9.]+ .*This is not GNU sed.* 1180591620717411303424$'
	refused 'a library of none of them' 'needs libseven.so.1, which is neither' \
		PACKAGES="$set" PROG="$scratch/dynamic"
fi
record PACKAGES=sqlit3 PROG=sh
if ! no_network 'unknown packages'; then
	like 'an unknown package is refused' "$(cat "$scratch/log")" \
		'^FAILED: PACKAGES: sqlit3: Debian .* no such package .* nearest is sqlite3;'
	refused 'a name for several' 'FAILED: PACKAGES: awk is only a name for one of: gawk mawk' \
		PACKAGES=awk PROG=awk
fi
refused 'no name of a package' 'FAILED: PACKAGES: a:i386: not the name of a package' PACKAGES='a:i386 b' PROG=sh

# --- Files brought back: GET, and what the program wrote -------------------------------------------
mkdir -p "$scratch/given"/{dir,many}
echo before >"$scratch/given/changed"
echo before >"$scratch/given/dir/same"
cat >"$scratch/writes.sh" <<'END'
echo after >>changed
cp -p dir/same copy
cat changed dir/same >/tmp/elsewhere
mkdir -p out/deep 'out/two words'
seq 1 20000 >out/deep/numbers
dd if=/dev/urandom of=out/bytes bs=1000 count=33 2>/dev/null
cp /bin/tiny out/tiny
echo x >"out/two words/a\"b
c\\"
ln -s /etc/passwd out/passwd
ln -s ../../../../../../tmp/x out/up
ln -s deep/numbers out/link
ln -s .. out/parent
sha256sum changed out/bytes out/deep/numbers out/tiny >sums
cat out/deep/numbers out/bytes "out/two words"/*
END
ok 'files and directories back' record PROG=sh ARGS=writes.sh GET="changed 'o*t/' sums /tmp/elsewhere" \
	FILES="$scratch/writes.sh $scratch/given/changed $scratch/given/dir"
is 'all that GET names, and nothing else' "$(cd "$out/files" && find . | LC_ALL=C sort)" "$(printf '%s\n' . \
	./changed ./out ./out/bytes ./out/deep ./out/deep/numbers ./out/link ./out/tiny './out/two words' \
	'./out/two words/a"b' 'c\' ./sums ./tmp ./tmp/elsewhere | LC_ALL=C sort)"
ok 'byte for byte' sh -c "cd '$out/files' && sha256sum --quiet -c sums"
is 'the same as on standard output' "$(cat "$out/files/out/deep/numbers" "$out/files/out/bytes" \
	"$out/files/out/two words"/* | sha256sum)" \
	"$(sha256sum <"$out/stdout.txt")"
is 'a program stays one' "$(stat -c %A "$out/files/out/tiny" "$out/files/sums" | tr '\n' ' ')" \
	'-rwxr-xr-x -rw-r--r-- '
is 'a link to a neighbour stays a link, one that leads out is left out' \
	"$(readlink "$out/files/out/link") $(grep -c '^note: GET: out/.*: a symbolic link, .*left out' "$scratch/log")" 'deep/numbers 3'
is 'new and changed files are listed, others not' \
	"$(sed -n '/^The program wrote/,/^[^ ]/s/^ *[0-9,]*  //p' "$scratch/log" | tr '\n' ' ')" \
	'changed (changed) copy out/bytes out/deep/numbers out/tiny out/two words/a"b\x0ac\x5c sums '
is 'with their sizes' "$(sed -n 's|^ *\(.*\)  out/deep/numbers$|\1|p' "$scratch/log")" 108,894
like 'and how much is back' "$(cat "$scratch/log")" "^Brought back: 7 files, [0-9,]* bytes, in .*out/files$"
ok 'the recording is as sound as ever' analysis/check.sh "$out"

# Without GET: what was brought before is gone; a directory of that name of the user's stays.
ok 'many files' record PROG=sh ARGS="-c 'for i in \$(seq 1 13); do echo >f\$i; done; chmod 700 same'" \
	FILES="$scratch/given/dir/same"
is 'ten are named' "$(grep -cE '^ +1  f[0-9]+$' "$scratch/log") $(grep -o 'and 3 more' "$scratch/log")" '10 and 3 more'
like 'and how to get them' "$(cat "$scratch/log")" "^The program wrote in /work \(GET='NAME DIR/ ...' copies them to $out/files\):"
is 'files of the run before are gone' "$([ -e "$out/files" ] && echo there)" ''
ok 'nothing written' record PROG=true
is 'nothing is said' "$(grep -c 'program wrote' "$scratch/log")" 0
mkdir "$out/files"
echo mine >"$out/files/mine"
ok "the user's own directory files/" record PROG=true
is 'stays' "$(cat "$out/files/mine")" mine
status=0
record PROG=true GET=x || status=$?
is 'and is not filled' "$status $(grep -c '^FAILED: OUT=.*: files/ is there, and not from a run$' "$scratch/log") $(ls "$out/files")" '2 1 mine'
rm -r "$out/files"

# failed NAME STATUS ERE VARIABLE...: make ends with that status, and the script's last line is like ERE
failed()
{
	status=0
	record "${@:4}" || status=$?
	is "$1: status" $status "$2"
	like "$1: last line" "$(grep -v '^make: ' "$scratch/log" | tail -n 1)" "$3"
}

failed 'a file that is not there' 2 "^FAILED: GET: none: not on the guest's disk when it stopped; no\*: not on " \
	PROG=sh ARGS="-c 'echo here >is'" GET="none is no*"
is 'the others are back' "$(cat "$out/files/is")" here
ok 'a large file of holes' record PROG=sh GET=hole ARGS="-c 'echo x | dd of=hole bs=1 seek=60000000 2>/dev/null'"
is 'takes no room here either' "$(stat -c %s "$out/files/hole") $(tail -c 2 "$out/files/hole") $((
	$(du -k "$out/files/hole" | cut -f 1) < 1000))" '60000002 x 1'
failed 'a link' 2 '^FAILED: GET: l: neither a file nor a directory, but a link' PROG=ln ARGS='-s /etc/passwd l' GET=l
is 'is not followed' "$(ls -A "$out/files")" ''
refused 'out of the guest' 'FAILED: GET: \.\./x: no \.\. in a path' PROG=true GET=../x
refused 'a quote left open' "FAILED: GET: quote ' is not closed" PROG=true GET="'x"

# --- A program's exit status ----------------------------------------------------------------------
says='program status 3: what the program itself returned; the run is complete$'
failed 'exit status 3' 2 "^FAILED: $says" PROG=sh ARGS="-c 'exit 3'"
record PROG=sh ARGS="-c 'echo half >result; exit 3'" GET='result none' ALLOW_FAIL=1
is 'ALLOW_FAIL=1: make ends well' $status 0
is 'the verdict says so' "$(grep -cE "^allowed: $says" "$scratch/log") $(sed -n 's/^outcome,//p' "$out/meta.csv")" '1 program_failed'
is 'a file that it did not write is no failure either' \
	"$(cat "$out/files/result") $(grep -c '^note: GET: none: not on' "$scratch/log")" 'half 1'
failed 'killed by a signal' 0 '' PROG=sh ARGS="-c 'kill -9 \$\$'" ALLOW_FAIL=1
is 'killed: the verdict says so' "$(grep -c '^allowed: program status 137: killed by signal 9 (SIGKILL)$' "$scratch/log")" 1
failed 'ALLOW_FAIL=0' 2 "^FAILED: $says" PROG=sh ARGS="-c 'exit 3'" ALLOW_FAIL=0
failed 'a missing file, all the same' 2 '^FAILED: GET: none: ' PROG=true GET=none ALLOW_FAIL=1
failed 'a panic, all the same' 2 '^FAILED: Kernel panic ' PROG=true APPEND='selftest=none crash=panic' ALLOW_FAIL=1
failed 'a hang, all the same' 2 '^FAILED: hang: ' PROG=sh ARGS="-c 'echo x >x; sleep 2; while :; do :; done'" \
	TIMEOUT=10 GET=x ALLOW_FAIL=1
is 'of a hung guest: with a warning' "$(grep -c '^note: GET: the guest did not power off' "$scratch/log")" 1

# --- C++ and threads ------------------------------------------------------------------------------
cat >"$scratch/cxx.cc" <<'END'
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>

int main()
{
	std::map<std::string, int> count;
	std::string word;

	while (std::cin >> word)
		count[word]++;
	try {
		count.at("none");
	} catch (const std::out_of_range &) {
		std::cout << "caught\n";
	}
	for (const auto &c : count)
		std::cout << c.first << ' ' << c.second << std::endl;
}
END
echo 'to be or not to be' >"$scratch/words"
for how in -static ''; do
	i686-linux-gnu-g++ $how -O2 -o "$scratch/cxx" "$scratch/cxx.cc"
	ok "C++ ${how:-dynamic}" record PROG="$scratch/cxx" STDIN="$scratch/words"
	is 'streams, a map and an exception' "$(printed | tr '\n' ' ')" 'caught be 2 not 1 or 1 to 2 '
done
cat >"$scratch/threads.c" <<'END'
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long sum;

static void *add(void *to)
{
	for (long i = 1; i <= (long)to; i++) {
		pthread_mutex_lock(&lock);
		sum += i;
		pthread_mutex_unlock(&lock);
	}
	return to;
}

int main(void)
{
	pthread_t thread[4];

	for (long i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, add, (void *)(1000 * (i + 1)));
	for (int i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	printf("%ld\n", sum);
}
END
i686-linux-gnu-gcc -static -O2 -pthread -o "$scratch/threads" "$scratch/threads.c"
ok 'four threads' record PROG="$scratch/threads"
is 'add up' "$(printed)" 15005000

done_testing
