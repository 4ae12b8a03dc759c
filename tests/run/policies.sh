#!/bin/bash
# policies.sh - faults of each replacement policy of the kernel on three workloads, beside what the
# same string of references costs on paper, with as many frames: the policy itself where it sees each
# reference, exact LRU, and OPT, which knows the future. `make policies`.
#
#   tests/run/policies.sh [option]... [POLICY]...     boots with each policy (all), prints a table
#     -k ELF    the kernel to boot (build/boot.elf)     -m MIB    memory of each boot (16)
#     -r ROOM   pages that memory is thought to have room for: the size of the workloads (3300)
#     -o DIR    where the recordings go, DIR/POLICY each, and the table, DIR/policies.csv (out/policies)
#   tests/run/policies.sh [-r ROOM] table ROWS         the table of figures that are there already
#
# ROWS and DIR/rows are CSV: workload,policy,frames,faults,major,wrong. Faults are those of faults.csv
# that brought a page of the workload back (major: from the disk); frames are the most that it had
# then, at 64 looks. Ends 1 when a boot fails, a page is not as it was left, or OPT has more faults
# than the kernel, which cannot be.
set -euo pipefail
export LC_ALL=C
# shellcheck source=tests/run/booted.sh
. "$(dirname "$0")/booted.sh"

readonly workloads=(loop scan zipf) program=build/test-guest/workload
boot_elf=build/boot.elf mib=16 room=3300 out=out/policies
while getopts k:m:r:o: option; do
	case $option in
	k) boot_elf=$OPTARG ;;
	m) mib=$OPTARG ;;
	r) room=$OPTARG ;;
	o) out=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
mkdir -p "$out"
csv=$out/policies.csv

# Those of the kernel, in its own order.
all_policies()
{
	grep -o '&[a-z]*_policy' mm/reclaim/policy.c | sed 's/&//; s/_policy//'
}

# rows POLICY: what its recording says
rows()
{
	awk -F, -v policy="$1" '
		FNR == 1 { file++ }
		file == 1 && FNR > 1 { began[++marks] = $1 + 0; label[marks] = $3 }
		file == 2 && split($1, word, " ") > 1 { said[word[1], substr($1, length(word[1]) + 2)] = $2 }
		file == 3 && FNR > 1 {
			while (at < marks && $1 + 0 >= began[at + 1])
				phase = label[++at]
			if (substr($3, 1, 3) == "0x5" && $12 ~ /^swap/ && split(phase, word, " ") == 2 && word[1] == "use") {
				faults[word[2]]++
				major[word[2]] += $13
			}
		}
		END {
			for (i = 1; i <= marks; i++)
				if (split(label[i], word, " ") == 2 && word[1] == "used")
					print word[2] "," policy "," said[word[2], "frames at most"] "," faults[word[2]] + 0 "," \
						major[word[2]] + 0 "," said[word[2], "wrong"]
		}' "$out/$1/marks.csv" "$out/$1/stdout.txt" "$out/$1/faults.csv"
}

# play POLICY: boots with it, and keeps its rows
play()
{
	booted "$out/$1" "$mib" "reclaim=$1" "$program" "run $room ${workloads[*]}"
	rows "$1" >>"$out/rows"
}

# on_paper ROWS: "workload,frames,policy,faults" after the fill, for each number of frames in ROWS
on_paper()
{
	local workload frames pages
	for workload in $(cut -d, -f1 "$1" | sort -u); do
		"$program" string "$room" "$workload" >"$out/$workload.string"
		pages=$(cut -d' ' -f1 "$out/$workload.string" | sort -u | wc -l)
		frames=$(sed -n "s/^$workload,[a-z]*,\([0-9]*\),.*/\1/p" "$1" | sort -u)
		# shellcheck disable=SC2086 # numbers
		build/analysis/replay $frames <"$out/$workload.string" |
			awk -F, -v workload="$workload" -v pages="$pages" \
				'NR > 1 { print workload "," $1 "," $2 "," $3 - pages }'
	done
}

# table ROWS PAPER
table()
{
	awk -F, -v csv="$csv" '
		NR == FNR { paper[$1, $2, $3] = $4; next }
		FNR == 1 { print "workload,policy,frames,faults,major,on_paper,lru,opt" >csv }
		$1 != workload {
			workload = $1
			printf "  %-10s %-8s %8s %8s %8s %9s %10s %8s %8s\n", workload, "policy", "frames", "faults",
			       "major", "on paper", "exact LRU", "OPT", "f./OPT"
		}
		{
			own = paper[$1, $3, $2]
			lru = paper[$1, $3, "lru"]
			opt = paper[$1, $3, "opt"]
			printf "  %-10s %-8s %8d %8d %8d %9d %10d %8d %8.2f\n", "", $2, $3, $4, $5, own, lru, opt,
			       opt ? $4 / opt : 0
			print $1 "," $2 "," $3 "," $4 "," $5 "," own "," lru "," opt >csv
			if (own == "" || opt == "" || $4 == "" || $6 != 0 || $4 + 0 < opt + 0 || own + 0 < opt + 0) {
				print "FAILED: " $1 ", " $2 ": " ($6 == 0 ? "fewer faults than OPT, or none counted" :
				      $6 " pages were not as they were left")
				failed = 1
			}
		}
		END { exit failed || !FNR }' "$2" "$1"
}

# by_workload ROWS: theirs, those of one workload together
by_workload()
{
	local workload
	for workload in "${workloads[@]}"; do
		grep "^$workload," "$1" || true
	done
}

if [ "${1-}" = table ]; then
	on_paper "${2:?a file of rows}" >"$out/paper"
	table "$2" "$out/paper"
	exit
fi
[ $# -gt 0 ] || mapfile -t all < <(all_policies)
: >"$out/rows.new"
: >"$out/rows"
for policy in "${@:-${all[@]}}"; do
	play "$policy"
done
by_workload "$out/rows" >"$out/rows.new"
mv "$out/rows.new" "$out/rows"
on_paper "$out/rows" >"$out/paper"
echo "Faults under each policy, $mib MiB ($csv):"
table "$out/rows" "$out/paper"
