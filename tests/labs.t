#!/bin/bash
# labs.t - every lab gives the figures that it promises, and refuses them when it is run otherwise;
# programs see no difference when fork copies at once (nocow), which the first lab is about.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

lab()
{
	analysis/labs/lab.sh -k "$boot_elf" -o "$scratch" "$@"
}

# promised N: the lab as it is
promised()
{
	ok "lab $1 gives its figures" lab run "$1"
}

# again AWK: the figures of all labs from the recordings
again()
{
	local n
	for n in $labs; do
		AWK=$1 lab again "$n" || return
	done
}

# refused N OPTION VALUE FIGURE: run like this, it names the figure that is off
refused()
{
	local output
	if output=$(lab "$2" "$3" run "$1" 2>&1); then
		fail "lab $1 refuses $2 '$3'"
		diag "$output"
	else
		like "lab $1 with $2 '$3' is refused for: $4" "$output" "$4 .* NOT AS EXPECTED$"
	fi
}

# checked FIGURES EXPECTED: what check.awk says of two small files
checked()
{
	printf '%s\n' "$1" >"$scratch/figures"
	printf '%s\n' 'run,figure,min,max,from,why' "$2" >"$scratch/expected"
	awk -f analysis/labs/check.awk "$scratch/figures" "$scratch/expected"
}

guest_programs=(cow failnth family fresh)
nocow_boot()
{
	local name
	mkdir -p "$scratch/root"/{bin,etc,work}
	for name in "${guest_programs[@]}"; do
		i686-linux-gnu-strip -o "$scratch/root/bin/$name" "build/test-user/$name"
		printf 'name %s\ncwd /work\narg /bin/%s\n\n' "$name" "$name"
	done >"$scratch/root/etc/job"
	disk/mkimage.sh -o "$scratch/disk.img" -k "$boot_elf" \
		-a 'root=/dev/hda1 rw console=ttyS0 selftest=fault,fault_inject nocow' build/root "$scratch/root" &&
		tests/run/boot.sh -m 64 -o "$scratch/nocow" -t 240 "$scratch/disk.img"
}

# What the programs print here, between the lines with which init parts them.
on_linux()
{
	local name
	for name in "${guest_programs[@]}"; do
		(cd "$scratch/root/work" && "../bin/$name" </dev/null 2>&1)
	done
}

labs=$(lab list | sed -n 's/^  N=\([0-9]*\) .*/\1/p')
is 'there are nineteen labs' "$(xargs <<<"$labs")" '1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19'
like 'an unknown lab is answered with those that there are' "$(lab run 20 2>&1)" 'N=19 .*\?$'
not_ok 'and refused' lab run 20
not_ok 'so is no lab' lab run ''
ok 'a figure in its range is right' checked 'a,b,3' 'a,b,3,4,theory,x'
not_ok 'one outside is wrong' checked 'a,b,5' 'a,b,3,4,theory,x'
not_ok 'one that is missing is wrong' checked 'a,c,3' 'a,b,0,4,theory,x'
not_ok 'one without a value is wrong' checked 'a,b,' 'a,b,0,4,theory,x'
not_ok 'a row of another shape is wrong' checked 'a,b,3' 'a,b,3,4,theory,x,y'

is 'README.md asks their questions' "$(sed -n 's/^| \([0-9]*\) | \(.*?\) |$/\1 \2/p' README.md)" \
	"$(lab list | sed 's/^  N=\([0-9]*\) *[^ ]* */\1 /')"
# Lab 15 boots Debian's kernel, too.
if ! setup/linux.sh get >"$scratch/get" 2>&1; then
	note "lab 15 is left out: $(tail -n 1 "$scratch/get")"
	labs=$(grep -vx 15 <<<"$labs")
fi
for n in $labs; do
	promised "$n"
done
for awk in mawk gawk 'build/deps/busybox awk'; do
	ok "the same figures by $awk" again "$awk"
done
refused 1 -a '256 64' 'child writes: faults cow'
refused 2 -a '512 2' 'write at once: different frames'
refused 3 -a '8 2' '2560 rows: misses by columns'
refused 4 -b nopse 'memory reads for a walk'
refused 5 -a 32 'steps: faults stack'
refused 6 -a 100 'from the cache: faults file'
refused 7 -a 512 'the file goes: free pages more by'
refused 8 -m 512 'take: faults that fetched a batch'
refused 9 -m 32 '24 MiB: faults of 1000 reads'
refused 10 -a '256 16' 'child writes: faults cow'
refused 11 -a '16 1024' 'watermark min'
refused 12 -m 128 'idle pages that left'
refused 13 -a 500 'faults in all'
refused 14 -a '12000 1200 1800' 'faults / OPT'
refused 16 -a 32 'pentium *1024 by columns: walks'
refused 17 -a 500 'ways2 *4 pages: misses'
refused 18 -b nopse 'pse *pentium: walks for the file'
refused 19 -a 20 'recorded *16 pages: switches'
[[ $labs != *15* ]] || refused 15 -a 256 'read: faults that fill an entry'

# A lab may have a mark called as what TRACE=stop= takes for the end of all: `end`.
is 'every recording of the labs passes its checks' "$(for meta in "$scratch"/*/*/meta.csv; do
	analysis/check.sh "${meta%/*}" >"$scratch/checked" || grep -A1 '^not ok' "$scratch/checked"
done)" ''

ok 'the self-test and programs run with nocow' nocow_boot
is 'and print what they print on this machine' \
	"$(grep -v -e '^#job ' -e '^#end ' -e '^$' "$scratch/nocow/stdout.txt")" "$(on_linux)"
is 'all of them ended well' "$(sed -n 's/^#end //p' "$scratch/nocow/stdout.txt")" \
	"$(printf '%s 0\n' "${guest_programs[@]}")"
# Of a file's private pages the first write still makes a copy: that is not fork's doing.
is 'no fault copied a page that fork had shared' \
	"$(awk -F, '$12 == "cow" && $15 ~ /^\[/' "$scratch/nocow/faults.csv")" ''
done_testing
