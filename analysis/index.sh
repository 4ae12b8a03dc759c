#!/bin/sh
# index.sh DIR - a page over the recordings in DIR that have a report, DIR/index.html: their figures side by side.
#
# Links to recordings (out/latest) are left out. Self-contained, as the reports are. AWK=name chooses the awk.
set -eu

[ $# = 1 ] && [ -d "$1" ] || {
	echo "usage: analysis/index.sh DIR" >&2
	exit 1
}
dir=${1%/}
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=analysis/recording.sh
. "$here/recording.sh"
new=$dir/.index.$$
trap 'rm -f "$new"' EXIT
for report in "$dir"/*/report.html; do
	run=${report%/report.html}
	[ ! -f "$report" ] || [ ! -f "$run/meta.csv" ] || [ -L "$run" ] || printf '%s\t%s\n' "$(date -r "$run/meta.csv" '+%Y-%m-%d %H:%M')" "$run"
done | sort | run_awk 'lib run svg symbols page glossary index' -v page="$new" -v style="$here/report.css" \
	-v theme="$here/theme.css" -v scripts="$here"
mv "$new" "$dir/index.html"
