#!/bin/bash
# nops.sh - a copy of the kernel in which one instruction does nothing.
#
#   tests/run/nops.sh KERNEL FUNCTION MNEMONIC ELF OUT
#
# KERNEL has the symbols, ELF (the same one, stripped) is what boots. The first instruction MNEMONIC of
# FUNCTION becomes NOPs in OUT. Fails when there is none.
set -euo pipefail
kernel=$1 function=$2 mnemonic=$3 elf=$4 out=$5

# Address and length of the instruction: "c0104016 3".
read -r address bytes < <(i686-linux-gnu-objdump -d --insn-width=16 "$kernel" | awk -F'\t' \
	-v label="<$function>:" -v mnemonic="$mnemonic" '
	/>:$/ { inside = index($0, label) > 0 }
	inside && $3 ~ "^" mnemonic "( |$)" {
		sub(/^ */, "", $1)
		print substr($1, 1, length($1) - 1), split($2, byte, " ") - (byte[length(byte)] == "")
		exit
	}')
# Where that is in the file, by its section.
offset=$(i686-linux-gnu-objdump -h "$elf" | while read -r number _ size start _ file _; do
	case $number in *[!0-9]* | '') continue ;; esac
	if ((0x$address >= 0x$start && 0x$address < 0x$start + 0x$size)); then
		echo $((0x$address - 0x$start + 0x$file))
		break
	fi
done)
cp "$elf" "$out"
head -c "$bytes" /dev/zero | tr '\0' '\220' | dd of="$out" bs=1 seek="${offset:?not in the file}" conv=notrunc status=none
