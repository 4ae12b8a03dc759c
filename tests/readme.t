#!/bin/bash
# readme.t - the first command of README does what README shows: the same lines, and about the same
# figures where the compiler is the one that they are from.
#
#   tests/readme.t --update    puts the figures of this tree into README
. tests/tap.sh
set -u

# sample FILE: what README shows of a run: all up to the demo's last phase, then where the report lies
sample()
{
	sed -n 's/ *$//; /^passed: /,/^  back from /p' "$1"
	echo ...
	sed -n "s|$scratch/out|out/demo-1|; /^  report /,\$p" "$1"
}

# shown: the sample in README, without its indentation
shown()
{
	sed -n '/^    passed: /,/^    *tables /s/^    //p' README.md
}

# compare EXACT: of the files $scratch/{shown,said}, which lines differ in words, which in figures by
# more than a tenth (EXACT 0: figures may be any)
compare()
{
	awk -v exact="$1" '
		# Causes stand in the order of their number: which is not what is compared.
		function by_name(s,    part, n, i, j, t) {
			n = split(s, part, /, */)
			for (i = 2; i <= n; i++)
				for (j = i; j > 1 && part[j] < part[j - 1]; j--) {
					t = part[j]; part[j] = part[j - 1]; part[j - 1] = t
				}
			s = part[1]
			for (i = 2; i <= n; i++)
				s = s ", " part[i]
			return s
		}
		function words(s) {
			sub(/from 0x.*/, "from", s)
			gsub(/0x[0-9a-f]+/, "ADDRESS", s)
			gsub(/[0-9][0-9,]*[0-9]|[0-9]/, "N", s)
			gsub(/ +/, " ", s)
			return s
		}
		function far(a, b,    got, want, n, i, d) {
			sub(/from 0x.*/, "", a); sub(/from 0x.*/, "", b)
			gsub(/,|0x[0-9a-f]+/, "", a); gsub(/,|0x[0-9a-f]+/, "", b)
			n = split(a, want, /[^0-9]+/); split(b, got, /[^0-9]+/)
			for (i = 1; i <= n; i++) {
				d = want[i] - got[i]
				if ((d < 0 ? -d : d) > 30 + want[i] / 10)
					return 1
			}
			return 0
		}
		FNR == 1 { n[++file] = 0 }
		$0 == "" { next }
		# A line that only goes on is part of the one before.
		substr($0, 1, 20) ~ /^ +$/ { sub(/^ +/, " "); text[file, n[file]] = text[file, n[file]] $0; next }
		{ text[file, ++n[file]] = $0 }
		END {
			if (n[1] != n[2])
				print "lines: README " n[1] ", here " n[2]
			for (i = 1; i <= n[1]; i++) {
				a = text[1, i]; b = text[2, i]
				if (a ~ /^  page faults/) {
					head = substr(a, 1, 34)
					a = head by_name(substr(a, 35)); b = substr(b, 1, 34) by_name(substr(b, 35))
				}
				if (words(a) != words(b) || (exact && far(a, b)))
					print "README: " a "\nhere:   " b
			}
		}' "$scratch/shown" "$scratch/said" 2>&1
}

run()
{
	make --no-print-directory trace OUT="$scratch/out" >"$scratch/log" 2>&1
}

if [ "${1-}" = --update ]; then
	run && sample "$scratch/log" >"$scratch/said" || exit 1
	awk -v said="$scratch/said" '
		/^    passed: / { while ((getline line <said) > 0) print line == "" ? "" : "    " line; skip = 1 }
		!skip
		/^    *tables / { skip = 0 }' README.md >"$scratch/README.md" && cp "$scratch/README.md" README.md
	exit
fi

ok "README's first command" run
shown >"$scratch/shown"
sample "$scratch/log" >"$scratch/said"
is 'prints what README shows' "$(compare 0)" ''
name='with the figures that README shows, within a tenth (tests/readme.t --update renews them)'
case $(i686-linux-gnu-gcc -dumpversion) in
12*) is "$name" "$(compare 1)" '' ;;
*) pass "$name # SKIP they are for GCC 12" ;;
esac
# That the comparison sees anything at all.
sed -i 's/^  TLB fills  /  TLB misses /' "$scratch/said"
like 'other words would be seen' "$(compare 0)" '^here: +TLB misses'
sed -i 's/^  TLB misses  */&9,/' "$scratch/said"
like 'other figures too' "$(compare 1)" '^here: +TLB misses +9,'

done_testing
