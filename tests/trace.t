#!/bin/bash
# trace.t - a recording is whole, true and repeatable: the main job as a user calls it, twice.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

record()
{
	make --no-print-directory trace OUT="$scratch/$1" MEM=64 APPEND='selftest=none' "${@:2}"
}

plan 30
ok "make trace runs the built-in program" record one
ok "every check of the recording holds" analysis/check.sh "$scratch/one"
ok "the same again" record two
for file in tlb faults tasks vmas marks meta; do
	cmp "$scratch/one/$file.csv" "$scratch/two/$file.csv"
done >"$scratch/differences" 2>&1
is "two runs give the same bytes" "$(cat "$scratch/differences")" ""
is "and says that no self-test was asked for" "$(sed -n 's/^selftest,//p' "$scratch/one/meta.csv")" none
# others_loads DIR: CR3 rows whose new address space is none of the task's that they stand under
others_loads()
{
	awk -F, 'FNR == NR { of[$4, $6]; next } $5 == "cr3" && !(($14, $13) in of)' \
		"$scratch/$1/tasks.csv" "$scratch/$1/tlb.csv"
}
is "a load of CR3 stands under the task that it is done for" "$(others_loads one)" ""
# interrupted DIR: instructions of the program, other than INT, under which the kernel's data was used
interrupted()
{
	awk -F, '$3 == "d" && $6 != "" && $10 == "k" && $14 > 1 && $15 < "0xc0000000" {
		print substr($15, 3) }' "$scratch/$1/tlb.csv" | sed 's/^0*//' | sort -u |
		grep -vxFf <(i686-linux-gnu-objdump -d build/user/demo | sed -n 's/^ *\([0-9a-f]*\):.*\<int .*/\1/p')
}
is "an interrupt's accesses stand under its handler" "$(interrupted one)" ""
# direct_map DIR: kinds of entry that fills above the first 4 MiB of the direct map brought (MEM=64)
direct_map()
{
	awk -F, '$4 == "fill" && $6 >= "0xc0400000" && $6 < "0xc3c00000" {
		global = index("1357bdf", substr($11, length($11) - 2, 1)) ? "G" : "-"
		seen[$8 " " global]++
	}
	END { for (kind in seen) print kind }' "$scratch/$1/tlb.csv"
}
is "the direct map is global and of 4 MiB pages" "$(direct_map one)" "4M G"
ok "without PSE and PGE" record plain APPEND='selftest=none nopse nopge'
is "it is not global, and of 4 KiB pages" "$(direct_map plain)" "4K -"
build/user/demo >"$scratch/demo.ok"
rm -f demo.tmp
ok "its output is what it is on this machine" cmp "$scratch/one/stdout.txt" "$scratch/demo.ok"
# came_back DIR: faults of the demo's last phase by the two causes that swap has
came_back()
{
	awk -F, 'FNR == NR { at[$3] = $1; next }
		$1 >= at["back from the disk"] && $1 < at["done"] { n[$12]++ }
		END { print n["swap"] >= 32, n["swap"] + n["swap_cache"] >= 1000 }' "$scratch/$1"/{marks,faults}.csv
}
is "pages left memory and came back for two, from the disk and from the swap cache" "$(came_back one)" "1 1"
# With Bochs as it is, 16 MiB end in a circle of the emulator: see drop_half_fetched() of the plugin.
for mib in 16 17; do
	ok "with $mib MiB it ends well" record small MEM=$mib
	ok "and prints the same" cmp "$scratch/small/stdout.txt" "$scratch/demo.ok"
done
ok "compressed: the same rows" record zst TRACE='compress=zstd'
ok "every check of it holds, too" analysis/check.sh "$scratch/zst"
zstdcat "$scratch/zst/tlb.csv.zst" | cmp - "$scratch/one/tlb.csv" >"$scratch/differences" 2>&1
is "compressed and plain agree" "$(cat "$scratch/differences")" ""
seq 1 20000 | sort -R --random-source=/bin/ls >"$scratch/numbers"
ok "a user's program, with arguments, a file and standard input" record prog PROG=build/deps/busybox \
	ARGS="sh -c 'sort -n numbers | md5sum; wc -l'" FILES="$scratch/numbers" STDIN="$scratch/numbers"
is "its output is what it is on this machine" "$(cat "$scratch/prog/stdout.txt")" \
	"$(seq 1 20000 | md5sum
	echo 20000)"
ok "without STDIN it reads an empty one" record empty PROG=build/deps/busybox ARGS='wc -c' TIMEOUT=120
is "and ends" "$(cat "$scratch/empty/stdout.txt")" 0
ok "STDIN=- takes what is piped into make" record piped PROG=build/deps/busybox ARGS=md5sum STDIN=- \
	<"$scratch/numbers"
is "byte for byte" "$(cat "$scratch/piped/stdout.txt")" "$(md5sum <"$scratch/numbers")"
ok "a user's program has a quick self-test before it" record quick PROG=build/user/tiny APPEND=
is "of at most 150 million instructions" "$(awk -F, '
	$3 == "selftest" { from = $1 }
	$3 == "user" { print ($1 - from > 1e6 && $1 - from <= 150e6) }' "$scratch/quick/marks.csv")" 1
is "and of many suites" "$(($(grep -c '# Subtest: ' "$scratch/quick/console.log") >= 20))" 1
like "which APPEND can change" "$(record quick PROG=build/user/tiny APPEND=selftest=lib)" \
	"^passed: $(grep -A40 'Subtest: lib' "$scratch/quick/console.log" | grep -m 1 -o '1\.\.[0-9]*' |
		cut -d. -f3) self-tests ok"

# A shell takes the recorded command as it was given.
make()
{
	printf '<%s> ' "$@"
}
is "its command can be pasted" "$(eval "$(sed -n 's/^command,//p' "$scratch/prog/meta.csv")")" \
	"$(make trace PROG=build/deps/busybox ARGS="sh -c 'sort -n numbers | md5sum; wc -l'" \
		FILES="$scratch/numbers" STDIN="$scratch/numbers" MEM=64 APPEND=selftest=none)"
done_testing
