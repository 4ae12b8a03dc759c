# finding.awk - the two pages that make many of the conflicts, when there are such: one sentence.
#
# After page.awk and fold.awk, with meta[], the tasks and sums of the fills read.

# Sets finding_rows, finding_share and finding_page[1..2] ("0xb7fff000 ([anon] of 166 demo)"), finding_mib (pages that
# share a place lie a multiple of it apart) and finding_tlb. Returns 1 when a pair makes a tenth of all conflicts.
function finding_read(conflicts,    T, entries)
{
	load_max = 1
	if (!load(program_result("pairs.csv"), T) || T[1, "rows"] < 100 || T[1, "rows"] * 10 < conflicts) {
		load_max = 1e9
		return 0
	}
	load_max = 1e9
	finding_rows = T[1, "rows"]
	finding_share = percent(finding_rows, conflicts)
	finding_tlb = T[1, "tlb"] == "i" ? "instruction TLB" : "data TLB"
	entries = meta[T[1, "tlb"] "tlb_entries"]
	finding_mib = entries / 256
	finding_area(1, T[1, "pid"], T[1, "page"])
	finding_area(2, T[1, "pid"], T[1, "other"])
	return 1
}

function finding_area(i, pid, page,    F)
{
	if (page >= "0xc0000000")
		pid = ""
	finding_page[i] = page
	csv_open(out "/pages.csv", "rows,pid,page,cold,conflict,flushed,upgrade,kind,area")
	while (csv_row(out "/pages.csv", F) > 0)
		if (F[3] "" == page "" && F[2] "" == pid "") {
			finding_page[i] = page " (" F[9] use_of(page) (page >= "0xc0000000" ? " of the kernel" : pid == "" ? "" : \
				" of " process(pid)) ")"
			break
		}
	close(out "/pages.csv")
}
