# booted.sh - boots a kernel for one program, for policies.sh and pressure.sh.
# shellcheck shell=bash disable=SC2154 # $boot_elf is of who sources it

# booted DIR MIB OPTIONS PROGRAM ARGS: the recording DIR of the kernel $boot_elf with that command line; 1 when the
# boot fails, and why on standard error
booted()
{
	mkdir -p "$1"
	disk/job.sh -a "$5" "$1/root" "$4"
	disk/mkimage.sh -o "$1/disk.img" -k "$boot_elf" \
		-a "root=/dev/hda1 rw console=ttyS0 selftest=none $3" build/root "$1/root"
	tests/run/boot.sh -m "$2" -t 300 -T events=fault -o "$1" "$1/disk.img" >"$1/verdict" 2>&1 || {
		cat "$1/verdict" >&2
		return 1
	}
	rm "$1/disk.img"
}
