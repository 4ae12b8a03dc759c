#!/bin/sh
# bochs.sh - get Bochs from Debian's source package and build it.
#
# usage: setup/bochs.sh trace|refs|plain|gdb|counted
#
#   trace    with the plugin of bochs-plugin/        -> build/bochs/bochs
#   refs     trace, and each reference to memory is told, for what-if models and the checker of stale
#            translations (TRACE=model=FILE, TRACE=check=stale)
#                                                    -> build/bochs/bochs-refs
#   plain    without any instrumentation, to compare -> build/bochs/bochs-plain
#   gdb      plain, with Bochs's gdb stub            -> build/bochs/bochs-gdb
#   counted  trace, and Bochs counts what happens to its TLBs itself, for a test
#            (tests/bochs/counted.h)                 -> build/bochs/bochs-counted
#
# Needs no root and changes no apt setting: apt runs on a state directory of
# our own, with the mirror taken from this machine's apt configuration.
# Everything slow is cached in ${XDG_CACHE_HOME:-~/.cache}/pagoda, keyed by
# what went in; a run with nothing to do prints nothing and takes no time.
#
# The steps: tarball (downloaded once, checked against the pinned sum) -> tree
# (unpacked, configured and compiled; keyed by tarball, flags, compiler and
# instrument.h, the one file of ours that all of Bochs includes) -> binary
# (keyed by the tree and all plugin files: a changed plugin file costs one
# compilation and a link).
#
# setup/bochs.sh fetch builds nothing: it puts the tarball into the directory P_OFFLINE.
#
#   P_OFFLINE=DIR    take the tarball from there, where fetch put it: no network needed
#   BOCHS_SRC=FILE   the same, for a tarball from elsewhere
#   BOCHS_JOBS=N     compile with N jobs (default: number of processors)
set -eu

VERSION=3.0
SUITE=trixie
TARBALL=bochs_3.0+dfsg.orig.tar.xz
SHA256=78f6c73d4a6472d5130a87ab9dc306d02c7c71ed8e25b3a8ef642e2a7acd282b
KEYRING=/usr/share/keyrings/debian-archive-keyring

root=$(cd "$(dirname "$0")/.." && pwd)
plugin=$root/bochs-plugin
header=$root/kernel/include/kernel/trace_port.h
counted=$root/tests/bochs/counted
cache=${XDG_CACHE_HOME:-$HOME/.cache}/pagoda/bochs
jobs=${BOCHS_JOBS:-$(nproc 2>/dev/null || echo 1)}

say()
{
	printf 'bochs.sh: %s\n' "$*" >&2
}

die()
{
	say "$*"
	exit 1
}

# sum FILE: its SHA-256, or nothing if it is not there.
sum()
{
	if [ -f "$1" ]; then
		sha256sum <"$1" | cut -d' ' -f1
	fi
}

# need COMMAND PACKAGE: ends with a hint when a build tool is missing.
need()
{
	command -v "$1" >/dev/null 2>&1 || die "no '$1': install the package $2, or run 'make deps'"
}

# debian_mirrors: base URIs of the Debian archive this machine uses, best first.
# Entries that name themselves Debian come first; before the first
# 'apt-get update' no entry has a name yet, and then the main ones must do.
debian_mirrors()
{
	# shellcheck disable=SC2016 # the $(...) are apt's own
	targets=$(apt-get indextargets --format \
		'$(CREATED_BY)|$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)' 2>/dev/null) || targets=
	printf '%s\n' "$targets" | awk -F'|' '
		$1 != "Packages" && $1 != "Sources" { next }
		$4 != "main" || $5 == "" || $5 ~ /^(cdrom|file|copy):/ || $5 ~ /security/ { next }
		seen[$5]++ { next }
		$2 == "Debian" && $3 == "Debian" { print $5; next }
		$2 == "" || $2 ~ /^\$/ { later[++n] = $5 }
		END { for (i = 1; i <= n; i++) print later[i] }'
}

# private_apt MIRROR: sets up an apt state of our own that knows one source.
# The machine's way to the network (proxies, time-outs) is kept; its hooks,
# sources and caches are left alone.
private_apt()
{
	apt=$cache/apt
	key=$KEYRING.gpg
	[ -f "$key" ] || key=$KEYRING.pgp
	[ -f "$key" ] || die "no $KEYRING.gpg: install the package debian-archive-keyring"
	mkdir -p "$apt/lists/partial" "$apt/archives/partial"
	apt-config dump | grep '^Acquire::\(http\|https\|ftp\|Retries\|ForceIPv\|Check-\|mirror\)' \
		>"$apt/apt.conf" || true
	cat >>"$apt/apt.conf" <<-EOF
		Dir::Etc::main "/dev/null";
		Dir::Etc::parts "/dev/null";
		Dir::Etc::sourcelist "$apt/sources.list";
		Dir::Etc::sourceparts "/dev/null";
		Dir::State "$apt";
		Dir::State::lists "$apt/lists";
		Dir::State::status "/dev/null";
		Dir::Cache "$apt";
		Dir::Cache::archives "$apt/archives";
		APT::Sandbox::User "";
		APT::Get::List-Cleanup "true";
		Acquire::Languages "none";
		Acquire::Retries "2";
	EOF
	echo "deb-src [signed-by=$key] $1 $SUITE main" >"$apt/sources.list"
}

# our_apt COMMAND...: apt-get or apt-helper with the private state.
our_apt()
{
	APT_CONFIG=$cache/apt/apt.conf "$@" >>"$cache/apt.log" 2>&1
}

# fetch_file: the tarball alone, by the address that the index has for it.
# A mirror may lack another file of the package (the .dsc, say), and then
# 'apt-get source' gives up after or before the one that matters.
fetch_file()
{
	uri=$(APT_CONFIG=$cache/apt/apt.conf apt-get source --print-uris bochs 2>>"$cache/apt.log" |
		sed -n "s/^'\\([^']*\\)' $TARBALL .*/\\1/p")
	[ -n "$uri" ] || return 1
	our_apt /usr/lib/apt/apt-helper download-file "$uri" "$cache/src/$TARBALL" "SHA256:$SHA256"
}

# fetch_from MIRROR: the tarball into the cache; a part left by an interrupted
# run is continued by apt. False if this mirror does not have it.
fetch_from()
{
	say "getting $TARBALL from $1"
	private_apt "$1"
	: >"$cache/apt.log"
	our_apt apt-get -o APT::Update::Error-Mode=any update || return 1
	(cd "$cache/src" && our_apt apt-get source --download-only bochs) || true
	[ "$(sum "$cache/src/$TARBALL")" = $SHA256 ] && return 0
	fetch_file || true
	[ "$(sum "$cache/src/$TARBALL")" = $SHA256 ] && return 0
	rm -f "$cache/src/$TARBALL" # not a part of the right file: start afresh
	fetch_file || return 1
	[ "$(sum "$cache/src/$TARBALL")" = $SHA256 ]
}

# get_tarball WHAT-FOR: makes sure that the right tarball lies in the cache.
get_tarball()
{
	mkdir -p "$cache/src"
	if [ -n "${P_OFFLINE:-}" ] && [ "$1" != fetch ]; then
		: "${BOCHS_SRC:=$P_OFFLINE/$TARBALL}"
		[ -f "$BOCHS_SRC" ] || die "OFFLINE=$P_OFFLINE: no $TARBALL there"
	fi
	if [ -n "${BOCHS_SRC:-}" ]; then
		[ -f "$BOCHS_SRC" ] || die "BOCHS_SRC=$BOCHS_SRC: no such file"
		[ "$(sum "$BOCHS_SRC")" = $SHA256 ] ||
			die "BOCHS_SRC=$BOCHS_SRC is not $TARBALL (SHA-256 $SHA256)"
		[ "$(sum "$cache/src/$TARBALL")" = $SHA256 ] || cp "$BOCHS_SRC" "$cache/src/$TARBALL"
		return
	fi
	[ "$(sum "$cache/src/$TARBALL")" = $SHA256 ] && return
	need apt-get apt
	mirrors=$(debian_mirrors)
	[ -n "$mirrors" ] ||
		die "apt knows no Debian mirror here: apt-get update? Or get $TARBALL yourself: BOCHS_SRC=FILE"
	for mirror in $mirrors; do
		if fetch_from "$mirror"; then
			rm -rf "$cache/apt" # 60 MB of package lists
			return
		fi
		tail -n 3 "$cache/apt.log" >&2
	done
	die "cannot download $TARBALL (log: $cache/apt.log): is there a network? Without one: \
OFFLINE=dir, filled by 'make deps-fetch' elsewhere, or BOCHS_SRC=FILE"
}

# Functions of Bochs for which the linker puts in those of hooks.cc and watch.cc: the host's clock,
# the interrupt flag, the processor's end, rounds of `rep`, and where a `rep` in one go finds its data.
# One word, for flags() is split at blanks.
wraps=-Wl,--wrap=bx_get_realtime64_usec
wraps=$wraps,--wrap=_ZN8BX_CPU_C25handleInterruptMaskChangeEv
wraps=$wraps,--wrap=_ZN8BX_CPU_C11writeEFlagsEjj
wraps=$wraps,--wrap=_ZN8BX_CPU_C6atexitEv
wraps=$wraps,--wrap=_ZN8BX_CPU_C6repeatEP15bxInstruction_cPFvS1_E
wraps=$wraps,--wrap=_ZN8BX_CPU_C9repeat_ZFEP15bxInstruction_cPFvS1_E
wraps=$wraps,--wrap=_ZN8BX_CPU_C13v2h_read_byteEmb
wraps=$wraps,--wrap=_ZN8BX_CPU_C14v2h_write_byteEmb

# has_plugin FLAVOUR: is the plugin in it?
has_plugin()
{
	[ "$1" = trace ] || [ "$1" = refs ] || [ "$1" = counted ]
}

# Libraries that the plugin needs.
libs='-lzstd -lcrypto -lpthread'

# flags FLAVOUR: arguments of Bochs's configure.
flags()
{
	set -- "$1" --with-nogui --with-term --enable-x86-64 --enable-cpu-level=6 --enable-pci \
		--enable-all-optimizations --disable-docbook --disable-plugins
	case $1 in
	trace | counted)
		set -- "$@" --enable-instrumentation=instrument/pagoda \
			LDFLAGS="$wraps"
		;;
	refs) # ref_hooks.cc has a `rep` in one go
		set -- "$@" --enable-instrumentation=instrument/pagoda \
			LDFLAGS="$wraps,--wrap=_ZN8BX_CPU_C12FastRepMOVSBEjjjjjj,--wrap=_ZN8BX_CPU_C12FastRepSTOSBEjjhj"
		;;
	gdb) set -- "$@" --enable-gdb-stub ;;
	esac
	shift
	echo "$@"
}

# tree_key FLAVOUR: what the compiled tree depends on, as 12 hex digits.
tree_key()
{
	{
		echo "$SHA256 $(flags "$1")"
		g++ -dumpfullversion -dumpmachine
		if has_plugin "$1"; then
			echo "$libs"
			cat "$plugin/instrument.h" "$plugin/Makefile.in"
		fi
		if [ "$1" = counted ]; then
			cat "$counted.h" "$counted.sed"
		fi
	} | sha256sum | cut -c1-12
}

# binary_key FLAVOUR: the same for the linked program.
binary_key()
{
	{
		tree_key "$1"
		if has_plugin "$1"; then
			cat "$plugin"/*.[ch] "$plugin"/*.cc "$header"
		fi
	} | sha256sum | cut -c1-12
}

# copy_plugin DIR: brings the plugin's sources up to date, touching only what changed.
copy_plugin()
{
	mkdir -p "$1/kernel"
	for file in "$1"/*.[ch] "$1"/*.cc; do
		[ -e "$plugin/${file##*/}" ] || rm -f "$file"
	done
	for file in "$plugin"/*.[ch] "$plugin"/*.cc "$plugin/Makefile.in"; do
		cmp -s "$file" "$1/${file##*/}" || cp "$file" "$1/"
	done
	cmp -s "$header" "$1/kernel/trace_port.h" || cp "$header" "$1/kernel/"
}

# count TREE: puts the counters into Bochs's sources.
count()
{
	sed -i 's/^\(#define InstrumentTLB\(Flush\)\{0,1\}\) 0/\1 1/' "$1/cpu/cpustats.h"
	sed -i -f "$counted.sed" "$1/cpu/paging.cc"
	[ "$(grep -c '^counted_' "$1/cpu/paging.cc")" = 8 ] || die "counted.sed does not fit this Bochs"
	cp "$counted.h" "$1/cpu/counted.h"
	(cd "$1/cpu" && grep -l cpustats.h ./*.cc | sed 's/\.cc$/.o/' | xargs rm -f)
}

# copy_tree TREE: the counted flavour is the trace flavour but for a few files, so
# what is compiled of that is taken over.
copy_tree()
{
	trace=$cache/tree-trace-$(tree_key trace)
	[ -f "$trace/bochs" ] || return 1
	rm -rf "$1" "$1.new"
	cp -a "$trace" "$1.new"
	count "$1.new"
	mv "$1.new" "$1"
}

# build_tree FLAVOUR TREE: unpacks and configures.
build_tree()
{
	[ "$1" != counted ] || ! copy_tree "$2" || return 0
	say "configuring Bochs $VERSION ($1)"
	rm -rf "$2" "$2.new"
	mkdir -p "$2.new"
	tar -xJf "$cache/src/$TARBALL" -C "$2.new" --strip-components=1
	[ "$1" != counted ] || count "$2.new"
	if has_plugin "$1"; then
		copy_plugin "$2.new/instrument/pagoda"
	else
		libs=
	fi
	define=
	[ "$1" != refs ] || define=' -DTLBTRACE_REFS'
	# shellcheck disable=SC2046 # one word for each flag
	(cd "$2.new" && LIBS=$libs CFLAGS=-O2 CXXFLAGS="-O2$define" ./configure $(flags "$1")) \
		>"$2.log" 2>&1 || die "configure failed, see $2.log"
	mv "$2.new" "$2"
}

# prune KIND KEEP: removes all but the newest of the cached $cache/KIND-*.
prune()
{
	# shellcheck disable=SC2012 # our own names: no blanks in them
	ls -td "$cache/$1"-???????????? 2>/dev/null | tail -n +$(($2 + 1)) |
		while read -r old; do
			rm -rf "$old" "$old.log"
		done
}

# build FLAVOUR BINARY: compiles what is not compiled yet and puts BINARY in its place.
build()
{
	need g++ g++
	need make make
	need xz xz-utils
	tree=$cache/tree-$1-$(tree_key "$1")
	if [ ! -f "$tree/config.status" ]; then
		get_tarball "$1"
		build_tree "$1" "$tree"
	fi
	if has_plugin "$1"; then
		copy_plugin "$tree/instrument/pagoda"
	fi
	say "compiling Bochs $VERSION ($1)"
	rm -f "$tree/bochs"
	make -C "$tree" -j"$jobs" bochs >"$tree.log" 2>&1 || {
		grep -E '(error|Error|cannot find)' "$tree.log" | head -n 20 >&2
		die "compiling failed, see $tree.log"
	}
	mkdir -p "${2%/*}"
	cp "$tree/bochs" "$2.new"
	mv "$2.new" "$2"
	prune "tree-$1" 2
	prune "bin/$name" 4
}

case ${1:-} in
trace) name=bochs ;;
plain) name=bochs-plain ;;
gdb) name=bochs-gdb ;;
refs) name=bochs-refs ;;
counted) name=bochs-counted ;;
fetch)
	mkdir -p "${P_OFFLINE:?which directory?}"
	get_tarball fetch
	cp "$cache/src/$TARBALL" "$P_OFFLINE"
	exit
	;;
*) die "usage: setup/bochs.sh trace|refs|plain|gdb|counted|fetch" ;;
esac
need sha256sum coreutils
need g++ g++
mkdir -p "$cache" "$root/build/bochs"
binary=$cache/bin/$name-$(binary_key "$1")
if [ ! -x "$binary" ]; then
	exec 9>"$cache/lock"
	if command -v flock >/dev/null 2>&1; then
		flock 9 # another run may be building the same thing
	fi
	[ -x "$binary" ] || build "$1" "$binary"
fi
[ "$(readlink "$root/build/bochs/$name" || true)" = "$binary" ] ||
	ln -sfn "$binary" "$root/build/bochs/$name"
