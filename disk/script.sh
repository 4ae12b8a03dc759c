# script.sh - shell scripts for the guest: as PROG, and as SCRIPT with a mark for each command.
# shellcheck shell=bash disable=SC2154 # what job.sh sets
#
#   check_script LABEL FILE    refuse a script whose interpreter the guest does not have
#   put_script                 makes $script the job: sets $name, $path and $shell
#
# A SCRIPT runs as it is, but for a call in front of each command of its outermost level that writes
# the command's first line to /proc/trace_mark. Line numbers stay what they were. Where a command
# ends, this machine's bash says: what stands so far is complete when it parses without complaint.

readonly mark_max=60

# The interpreter that a script names in its first line: sets $interpreter, and $called for env's.
script_interpreter()
{
	local line
	IFS= read -r line <"$1" || true
	case $line in *$'\r') die "$2: its lines end in CR LF; the guest's are LF alone" ;; esac
	read -r interpreter called _ <<<"${line#??}"
	[[ $interpreter == */env && -n $called ]] || called=
}

check_script()
{
	local interpreter called try
	script_interpreter "$2" "$1"
	[ -n "$interpreter" ] || die "$1: names no interpreter behind #!"
	[ ${#roots[@]} -gt 0 ] || return 0
	[ -n "$(guest_file "$interpreter")" ] ||
		die "$1: its interpreter $interpreter is not in the guest; PACKAGES or ROOTFS can bring it"
	[ -n "$called" ] || return 0
	for try in {/bin,/sbin}"/$called"; do
		[ -z "$(guest_file "$try")" ] || return 0
	done
	die "$1: its interpreter $called is not in the guest; PACKAGES or ROOTFS can bring it"
}

# Each command of a script, as NUL-ended text.
script_commands()
{
	local line text='' complaint
	while IFS= read -r line || [ -n "$line" ]; do
		text+=$line$'\n'
		case $line in *\\) continue ;; esac
		complaint=$(bash -n 2>&1 <<<"$text") || true
		[ -z "$complaint" ] || continue
		printf '%s\0' "$text"
		text=
	done <"$1"
	[ -z "$text" ] || die "SCRIPT=$1: $(bash -n "$1" 2>&1 | head -n 1 | sed 's/^[^:]*: //')"
}

# mark_of COMMAND: what to call it, or nothing for what only sets the scene.
mark_of()
{
	local line
	read -r line <<<"$1" || true
	case $line in
	'' | '#'* | '. '* | *'()'* | 'function '* | : | ': '*) return ;;
	esac
	[[ ! $line =~ ^(cd|set|export|unset|trap|umask|ulimit|alias|exit|shift|readonly)([[:space:]]|$) ]] || return 0
	[[ ! $line =~ ^[A-Za-z_][A-Za-z_0-9]*=[^[:space:]]*$ ]] || return 0
	line=${line//[$'\t\r']/ }
	echo "${line:0:mark_max}"
}

marked_script()
{
	local command label first=1
	# Of a command that failed the next one still sees the status.
	# shellcheck disable=SC2016 # the guest's shell expands it
	local mark='_mark() { local s=$?; echo "$1" >/proc/trace_mark; case $- in *e*) s=0 ;; esac; return $s; };'
	while IFS= read -r -d '' command; do
		if [ -n "$first" ]; then
			first=
			echo -n "$mark "
			case $command in '#'* | $'\n') command=:$'\n' ;; esac
		fi
		label=$(mark_of "$command")
		[ -z "$label" ] || printf "_mark '%s'; " "${label//\'/\'\\\'\'}"
		printf '%s' "$command"
	done
}

put_script()
{
	local interpreter=/bin/sh called=''
	[ -r "$script" ] || die "SCRIPT=$script: no such file"
	if [ "$(head -c 2 "$script" | tr -d '\0')" = '#!' ]; then
		check_script "SCRIPT=$script" "$script"
		script_interpreter "$script" "SCRIPT=$script"
	fi
	case ${called:-$interpreter} in
	sh | */sh | bash | */bash | dash | */dash | ash | */ash) ;;
	*) die "SCRIPT=$script: not a shell's; PROG=$script runs it, without a mark for each command" ;;
	esac
	name=${script##*/}
	case $name in *[\"\\]*) die "SCRIPT=$script: no quote or backslash in the name, please" ;; esac
	path=/bin/$name
	# shellcheck disable=SC2034 # for job.sh
	shell=("$interpreter" ${called:+"$called"})
	script_commands "$script" >"$dir/commands"
	marked_script <"$dir/commands" >"$dir$path"
	rm "$dir/commands"
	chmod 755 "$dir$path"
}
