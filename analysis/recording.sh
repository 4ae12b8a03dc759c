# recording.sh - what the scripts here share: finding the awk and the files of a recording.
# shellcheck shell=sh disable=SC2154 # variables of who sources it
#
# Sourced. Sets AWK and $all_small; functions expect fail(), $here (this directory), $dir (the recording) and
# $work (for scratch).

export LC_ALL=C

# All tables of the plugin but tlb and refs, which are large. Only the first four are in every recording: one of an older plugin has
# no latency and so on, and model, stale and stacks are there when TRACE asks for them.
all_small='faults tasks vmas marks latency waiting io reclaim uses buddy model stale stacks'

if [ -z "${AWK-}" ]; then
	for AWK in mawk gawk awk; do
		command -v $AWK >/dev/null && break
	done
fi

# run_awk "NAME..." OPTION...: the awk with these files of this directory, on standard input.
run_awk()
{
	names=$1
	shift
	for name in $names; do
		set -- "$@" -f "$here/$name.awk"
	done
	$AWK "$@"
}

# need_files: a recording has all its files, plain or packed.
need_files()
{
	case $dir in *\\*) fail "$dir: the path has a backslash, which awk would not take as it is" ;; esac
	[ -d "$dir" ] || fail "$dir: no such directory"
	for name in meta tlb faults tasks vmas marks; do
		has $name || fail "$dir/$name.csv: missing;" \
			"a recording has meta, tlb, faults, tasks, vmas and marks.csv"
	done
}

# has NAME: the recording has this table, plain or packed.
has()
{
	[ -f "$dir/$1.csv" ] || [ -f "$dir/$1.csv.zst" ]
}

# meta KEY: its value in meta.csv, or nothing; for keys whose values are never quoted.
meta()
{
	$AWK -F, -v key="$1" '$1 == key { print $2 }' "$dir/meta.csv"
}

# feed NAME: the bytes of a file of the recording, unpacked. A packed file that does not unpack is an
# error of the pipeline's first command, which nobody sees: it leaves $work/.failed.
feed()
{
	if [ -f "$dir/$1" ]; then
		cat "$dir/$1"
	elif ! zstd -dcq "$dir/$1.zst" 2>"$work/.zstd" && [ "${complete-1}" = 1 ]; then
		: >"$work/.failed"
		fail "$dir/$1.zst: $(cat "$work/.zstd")"
	fi
}

# whole_rows NAME: a file without the unfinished row that a cut-off recording may end in.
whole_rows()
{
	if [ "$complete" = 1 ] || [ ! -f "$dir/$1" ] || [ -z "$(tail -c 1 "$dir/$1")" ]; then
		feed "$1"
	else
		sed '$d' "$dir/$1"
	fi
}

# need_all_rows: of a run that came to its end, tlb.csv has as many rows as meta.csv says. For those who would not
# see by its rows that some are missing.
need_all_rows()
{
	want=$(meta tlb.rows)
	[ "$(meta complete)" = 1 ] && [ -n "$want" ] || return 0
	rows=$(($(feed tlb.csv | wc -l) - 1))
	[ ! -f "$work/.failed" ] || exit 1
	[ "$rows" = "$want" ] || fail "$dir/tlb.csv: $rows rows, but meta.csv says $want: it was cut off or changed"
}

# last FILE: the time of its last row.
last()
{
	whole_rows "$1" | tail -n 1 | sed 's/,.*//'
}

# bounds: whether the recording is complete, and the part of the run that it is of: $start and $end.
bounds()
{
	complete=$(meta complete)
	complete=${complete:-0}
	start=$(meta icount_start)
	start=${start:-0}
	end=$(meta icount_end)
	[ -z "$end" ] || return 0
	end=$({ last tlb.csv; last faults.csv; last tasks.csv; } | sort -n | tail -n 1)
	case $end in '' | *[!0-9]*) end=1 ;; esac
}

# whole_small: those of $all_small that there are, plain, as $work/.NAME.csv; their names in $tables.
whole_small()
{
	tables=
	for name in $all_small; do
		has "$name" || continue
		whole_rows "$name.csv" >"$work/.$name.csv"
		tables="$tables $name"
	done
	[ ! -f "$work/.failed" ] || exit 1
}

# digests: "name sha256 file" of each file's plain bytes, for $work/.sums.
digests()
{
	for name in tlb refs $all_small; do
		has "$name" || continue
		file=$name.csv
		[ -f "$dir/$file" ] || file=$file.zst
		sum=$(feed "$name.csv" | sha256sum)
		echo "$name ${sum%% *} $file"
	done
	for name in stdout stderr; do
		[ ! -f "$dir/$name.txt" ] || echo "$name $(sha256sum <"$dir/$name.txt" | cut -d' ' -f1) $name.txt"
	done
}
