#!/bin/bash
# list.sh - what `make list` prints: the recordings in out/, oldest first.
#
# Of each its directory, when the run ended, its size, the verdict and the command that made it.
set -euo pipefail
export LC_ALL=C

# fact KEY META: a value, without the quotes of CSV
fact()
{
	sed -n "s/^$1,//p" "$2" | sed 's/^"\(.*\)"$/\1/; s/""/"/g' | head -n 1
}

verdict()
{
	case $(fact outcome "$1"):$(fact complete "$1") in
	ok:1) echo passed ;;
	ok:* | :*) echo 'cut off' ;;
	*) fact outcome "$1" | tr _ ' ' ;;
	esac
}

# command_of META: whole, so that it can be pasted; of one of several lines the first
command_of()
{
	local text
	text=$(sed -n 's/^command,//p' "$1" | head -n 1)
	case $text in
	\"*\" | [!\"]* | '') fact command "$1" ;;
	*) echo "${text#\"} ... (goes on in $1)" ;;
	esac
}

shopt -s nullglob
metas=(out/*/meta.csv)
for i in "${!metas[@]}"; do
	[ ! -L "$(dirname "${metas[i]}")" ] || unset "metas[i]" # out/latest
done
[ ${#metas[@]} -gt 0 ] || { echo 'No recordings in out/: make trace makes one.'; exit 0; }
latest=$(readlink out/latest || true)
{
	printf 'directory\tended\tsize\tverdict\tcommand\n'
	while read -r meta; do
		dir=${meta%/meta.csv}
		[ "${dir#out/}" != "$latest" ] || mark=' (latest)'
		printf '%s%s\t%s\t%s\t%s\t%s\n' "$dir" "${mark-}" "$(date -r "$meta" '+%Y-%m-%d %H:%M')" \
			"$(du -sh "$dir" | cut -f1)" "$(verdict "$meta")" "$(command_of "$meta")"
		mark=
	done < <(ls -tr -- "${metas[@]}")
} | awk -F'\t' '
	{
		for (i = 1; i <= NF; i++) {
			cell[NR, i] = $i
			if (length($i) > width[i])
				width[i] = length($i)
		}
	}
	END {
		for (r = 1; r <= NR; r++) {
			line = ""
			for (i = 1; i < 5; i++)
				line = line sprintf(i == 3 ? "%*s  " : "%-*s  ", width[i], cell[r, i])
			print line cell[r, 5]
		}
	}'
