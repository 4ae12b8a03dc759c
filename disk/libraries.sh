# libraries.sh - the shared libraries and the loader that a program needs. Source it, then:
# shellcheck shell=bash disable=SC2154 # what job.sh sets
#
#   guest_file PATH          where PATH of the guest lies on this machine, in one of ${roots[@]}
#   is_elf FILE CLASS        is it an ELF file of this class, 01 (32-bit) or 02?
#   bring_libraries LABEL FILE    copies into $dir/lib what FILE needs and ${roots[@]} do not have
#   check_paths              ends the script when one that is needed by a path will not be there
#
# A library is looked for where the program says (RPATH, RUNPATH), in the directory that the program
# lies in, in ${library_dirs[@]} (LIBS), in the guest's root (PACKAGES, ROOTFS), and last in the C
# library's directory of the cross compiler. Those of the user's go to lib/i386-linux-gnu, where
# the loader looks first. One that is missing ends the script; LABEL says whose it was.
#
# Packages that have a C library have its loader too, and then neither is the cross compiler's.

readonly cross_lib=/usr/i686-linux-gnu/lib # no link leads there
readonly own_lib=lib/i386-linux-gnu
declare -A brought=() by_path=()

# /usr/bin, /usr/sbin and /usr/lib are /bin, /sbin and /lib in the guest; a root may have either.
guest_file()
{
	local path=$1 try i hops
	for ((hops = 0; hops < 8; hops++)); do
		for ((i = ${#roots[@]} - 1; i >= 0; i--)); do
			for try in "${roots[i]}"{"${path#/usr}","$path","/usr$path"}; do
				[ ! -L "$try" ] || break 2
				[ ! -f "$try" ] || { echo "$try" && return; }
			done
		done
		[ $i -ge 0 ] || return 0
		path=$(readlink "$try")
		case $path in
		/*) ;;
		*) path=$(realpath -ms -- "/${try#"${roots[i]}"}/../$path") ;;
		esac
	done
}

is_elf()
{
	[ -f "$1" ] && [ "$(head -c 5 "$1" | od -An -t x1 | tr -d ' ')" = "7f454c46$2" ]
}

# The directories in which FILE itself says that its libraries lie.
run_path()
{
	local origin
	origin=$(dirname -- "$(realpath -- "$1")")
	i686-linux-gnu-objdump -p "$1" 2>/dev/null | awk '$1 == "RPATH" || $1 == "RUNPATH" { print $2 }' |
		tr ':' '\n' | awk -v origin="${origin//\\/\\\\}" '{
			while (match($0, /\$(ORIGIN|{ORIGIN})/))
				$0 = substr($0, 1, RSTART - 1) origin substr($0, RSTART + RLENGTH)
			print
		}'
	echo "$origin"
}

# Which of ${roots[@]} a file lies in, if in one.
root_of()
{
	local root
	for root in "${roots[@]}"; do
		case $1 in "$root"/*) realpath -- "$root" ;; esac
	done
}

# find_library NAME FILE: sets $library; and $into, the directory to copy it to, unless the guest has it.
# What a program of the guest says of directories is said of the guest's.
find_library()
{
	local place root says inside=()
	root=$(root_of "$2")
	mapfile -t says < <(run_path "$2")
	if [ -n "$root" ]; then
		inside=("${says[@]#"$root"}")
		says=()
	fi
	into=$own_lib
	for place in "${says[@]}" "${library_dirs[@]}"; do
		# The cross compiler's own libraries say nothing of where the others lie.
		[ "$place" != "$cross_lib" ] || continue
		library=$place/$1
		! is_elf "$library" 01 || return 0
	done
	into=
	for place in "${inside[@]}" /lib/i386-linux-gnu /lib; do
		library=$(guest_file "$place/$1")
		[ -z "$library" ] || return 0
	done
	into=lib
	library=$cross_lib/$1
	[ -e "$library" ]
}

# The package whose library of this name the machine, or apt, knows.
package_of()
{
	local guess
	guess=$(dpkg-query -S "*/$1" 2>/dev/null | sed -n '1s/[:,].*//p')
	if [ -z "$guess" ]; then
		guess=$(sed -E 's/\.so$//; s/([0-9])\.so\./\1-/; s/\.so\.//
			y/ABCDEFGHIJKLMNOPQRSTUVWXYZ_/abcdefghijklmnopqrstuvwxyz-/' <<<"$1")
		for guess in "$guess" "${guess}t64" ''; do
			if [ -z "$guess" ] || apt-cache show "$guess" >/dev/null 2>&1; then
				break
			fi
		done
	fi
	echo "$guess"
}

missing_library()
{
	local package
	package=$(package_of "$2")
	die "$1: needs $2, which is neither beside it nor in LIBS, PACKAGES, ROOTFS or" \
		"$cross_lib${package:+; PACKAGES=$package brings it, if that is the right one}"
}

# The loader that a program asks for.
bring_loader()
{
	local loader
	loader=$(i686-linux-gnu-readelf -lW "$2" 2>/dev/null | sed -n 's/.*program interpreter: \(.*\)\]/\1/p')
	if [ -z "$loader" ] || [ -n "$(guest_file "$loader")" ]; then
		return 0
	fi
	[ "$loader" = /lib/ld-linux.so.2 ] ||
		die "$1: needs the loader $loader, which is not in the guest: ROOTFS can bring it"
	mkdir -p "$dir/lib"
	cp -L $cross_lib/ld-linux.so.2 "$dir/lib"
}

bring_libraries()
{
	local queue=("$2") needed name library into
	is_elf "$2" 01 || return 0
	bring_loader "$1" "$2"
	while [ ${#queue[@]} -gt 0 ]; do
		needed=$(i686-linux-gnu-objdump -p "${queue[0]}" 2>/dev/null |
			awk '$1 == "NEEDED" { print $2 }')
		for name in $needed; do
			[ -z "${brought[$name]-}" ] || continue
			brought[$name]=1
			case $name in
			*/*) # linked so, and without a soname: the loader looks there alone
				by_path[$name]=$1
				continue
				;;
			esac
			find_library "$name" "${queue[0]}" || missing_library "$1" "$name"
			if [ -n "$into" ]; then
				mkdir -p "$dir/$into"
				cp -L "$library" "$dir/$into/$name"
			fi
			queue+=("$library")
		done
		queue=("${queue[@]:1}")
	done
}

check_paths()
{
	local name
	for name in "${!by_path[@]}"; do
		case $name in
		/*) [ -z "$(guest_file "$name")" ] || continue ;;
		*) [ ! -e "$dir/work/$name" ] || continue ;;
		esac
		die "${by_path[$name]}: needs $name by that path: FILES or ROOTFS can bring it there;" \
			"or give it a name with -Wl,-soname, and link the program again"
	done
}
