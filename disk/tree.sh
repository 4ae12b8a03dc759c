# tree.sh - one tree of files from several directories. Source it; `die MESSAGE...` is the caller's.
# shellcheck shell=bash
#
#   list_files ROOT_DIR...    the files of all, one a line, by path
#
# Of two files of one name the later directory's counts. /usr/bin, /usr/sbin and /usr/lib are those
# without /usr, whatever a ROOT_DIR has them for.

# Prints type, mode, inode, path, source (or the target of a symbolic
# link); tab-separated.
list_files()
{
	local tree
	for tree; do
		[ -d "$tree" ] || die "no directory $tree"
		case $tree in *[%\\\"$'\t\n']*) die "bad name of a directory: $tree" ;; esac
		(cd "$tree" && find . -mindepth 1 \( -type d -o -type f \) \
			-printf "%y\t%m\t$tree:%i\t%P\t$tree/%P\n" -o \
			-type l -printf "%y\t%m\t$tree:%i\t%P\t%l\n")
	done | awk -F'\t' -v OFS='\t' -v who="$(basename "$0" .sh)" '
		# The absolute path of a link target, as seen from the directory of the link.
		function target(from, to,   part, n, i, path)
		{
			sub(/[^\/]*$/, "", from)
			n = split(from to, part, "/")
			for (i = 1; i <= n; i++)
				if (part[i] == "..")
					sub(/\/[^\/]*$/, "", path)
				else if (part[i] != "" && part[i] != ".")
					path = path "/" part[i]
			return path
		}
		/["\\]/ || NF != 5 {
			print who ": " $4 ": no quotes, backslashes or tabs in a file name, please" >"/dev/stderr"
			bad = 1
			exit
		}
		$1 == "l" && $4 ~ /^(bin|sbin|lib)$/ { next }
		$4 ~ /^usr\/(bin|sbin|lib)\// || ($4 ~ /^usr\/(bin|sbin|lib)$/ && $1 == "d") {
			if ($1 == "l" && $5 !~ /^\//)
				$5 = target($4, $5)
			sub(/^usr\//, "", $4)
		}
		{ line[$4] = $0 }
		END { for (path in line) print line[path]; exit bad }' | sort -t "$(printf '\t')" -k 4
}
