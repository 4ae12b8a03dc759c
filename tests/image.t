#!/bin/bash
# image.t - GUEST=IMAGE: any disk that boots is recorded, whatever it knows of the recorder.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

# image NAME [FLAG]...: a disk whose boot sector is plain.S
image()
{
	i686-linux-gnu-gcc -m32 -nostdlib -static -Wl,-Ttext=0x7c00,--oformat=binary,--build-id=none \
		"${@:2}" -o "$scratch/$1.img" tests/host/plugin/plain.S
	truncate -s 1M "$scratch/$1.img"
}

record()
{
	make --no-print-directory trace GUEST="$scratch/$1.img" OUT="$scratch/$1" MEM=32 TIMEOUT=60 "${@:2}" 2>&1
}

plan 12
image plain
said=$(record plain)
like "a disk that boots and powers off" "$said" '^passed: the guest powered the machine off$'
is "its one fault is recorded, with the page's entry" \
	"$(sed 1d "$scratch/plain/faults.csv" | cut -d, -f3,6,7,8,12,17,18)" '0x003ff000,r,k,0,,0x00000000,0x00000000'
is "... and the pages that it reads" "$(awk -F, '
	$4 == "fill" && $6 >= "0x00100000" && $6 < "0x00140000" { n++ } END { print n }' "$scratch/plain/tlb.csv")" 64
said=$(analysis/check.sh "$scratch/plain")
like "every check holds" "$said" '^checks passed$'
like "... or is named as skipped" "$said" '# SKIP the guest is unknown'
is "the image itself is not written to" "$(find "$scratch/plain.img" -newer "$scratch/plain/meta.csv")" ''
image stops -DGO_HALT
like "one that stops is a hang" "$(record stops TIMEOUT=8)" '^FAILED: hang: '
not_ok "... and no success" record stops TIMEOUT=8
image resets -DGO_RESET
like "one that resets the machine boots again" "$(record resets TIMEOUT=8)" '^FAILED: hang: '
like "... unless that is to be the end" "$(record resets TRACE=reset=end)" '^FAILED: the guest reset the machine$'
like "no such file is refused" "$(record none)" "^FAILED: GUEST=$scratch/none.img: neither kernel nor linux, and no such file"
like "so is GET" "$(record plain GET=x)" '^FAILED: GET: '
done_testing
