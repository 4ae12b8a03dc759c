# curves.awk - the report's section on sizes of memory and policies, from what curves.sh found.
#
# For html.awk, after page.awk; with show=1, its main table for a terminal. Reads curves/ beside `out`.
BEGIN {
	if (show) {
		load_max = 1e9
		curves_text()
		exit failed
	}
}

# 0: nobody asked, no curves/.
function curves_read(    T, n, i)
{
	if (curves_known)
		return curves_any
	curves_known = 1
	n = load("../curves/kernel.csv", T)
	for (i = 1; i <= n; i++)
		by_kernel[T[i, "key"]] = T[i, "value"]
	n = load("../curves/lru_info.csv", T)
	for (i = 1; i <= n; i++)
		by_kernel[T[i, "key"]] = T[i, "value"]
	curves_any = n > 0
	n = load("../curves/policies.csv", T)
	for (i = 1; i <= n; i++) {
		if (!(T[i, "frames"] in is_size)) {
			is_size[T[i, "frames"]]
			size_of[++sizes] = T[i, "frames"]
		}
		loads_of[T[i, "policy"], T[i, "frames"]] = T[i, "faults"]
		writes_of[T[i, "policy"]] = T[i, "writes"]
		if (T[i, "frames"] == by_kernel["frames_most"]) {
			policy_of[++curve_policies] = T[i, "policy"]
			order[T[i, "policy"]] = T[i, "faults"] * 100 + curve_policies
		}
	}
	curves_sort()
	return curves_any
}

# By loads with the most frames, the fewest first.
function curves_sort(    i, k, keep)
{
	for (i = 2; i <= curve_policies; i++) {
		keep = policy_of[i]
		for (k = i; k > 1 && order[policy_of[k - 1]] > order[keep]; k--)
			policy_of[k] = policy_of[k - 1]
		policy_of[k] = keep
	}
}

# How much more than OPT, as "12 % above", with so many frames.
function curves_above(loads, than,    by)
{
	by = 100 * (loads / than - 1)
	return n1(by < 0 ? -by : by) " % " (by < 0 ? "below" : "above")
}

function curves_sentence(    most)
{
	most = by_kernel["frames_most"]
	if (!by_kernel["dropped"])
		return "None of its pages left memory: the kernel loaded each once, " commas(by_kernel["loads"]) \
		       " in all, and had " commas(most) " of them at most."
	return "The kernel loaded " commas(by_kernel["loads"]) " pages with " commas(most) " frames at most, " \
	       commas(by_kernel["frames_mean"]) " on average: " curves_above(by_kernel["loads"], loads_of["opt", most]) \
	       " OPT with the most, which no policy can better. Exact LRU loads " commas(loads_of["lru", most]) \
	       " with the most, " commas(curves_lru(by_kernel["frames_mean"])) " with the average."
}

# Loads of LRU with so many frames.
function curves_lru(frames,    F, loads, file)
{
	file = out "/../curves/lru.csv"
	csv_open(file, "frames,misses,ratio")
	while (csv_row(file, F) > 0 && (loads == "" || F[1] + 0 <= frames + 0))
		loads = F[2]
	close(file)
	return loads
}

function curves(    i, k, most)
{
	if (!curves_read())
		return
	most = by_kernel["frames_most"]
	section("curves", "Sizes of memory, and policies", "What the page uses of process " by_kernel["pid"] " " \
		markup(base_name(by_kernel["name"])) " would have cost with less memory, or with another policy: " \
		commas(by_kernel["references"]) " uses of " commas(by_kernel["first_uses"]) " pages. " (by_kernel["string"] == "whole" ? \
		"The figures are exact." : by_kernel["string"] == "refs" ? "LRU and OPT are exact, from " commas(by_kernel["exact_from"]) \
		" frames on (<code>TRACE=refs</code>). For the other policies and the working set, uses that LRU and OPT cannot miss " \
		"are left out: estimates, and aging and wsclock, which count uses, are not here." : "A use here is one that the TLB did not know. So OPT and the working set are " \
		"lower bounds; the other figures are estimates, as uses that had a TLB entry are missing: too low with less " \
		"memory, good to a few hundredths from " commas(4 * meta["dtlb_entries"]) " frames on (four times the TLB)."))
	put("<p>" curves_sentence() "</p>\n<div class=\"wide\">")
	include(out "/curves.svg", 1)
	put("</div>")
	table("Page loads by policy, with an eighth, a quarter, half and all of the frames that the process had at most", \
	      "Policy;" curves_columns() ";Beside OPT;n:Above OPT;n:Writes")
	for (i = 1; i <= curve_policies; i++) {
		cell(curves_name(policy_of[i]))
		for (k = 1; k <= sizes; k++)
			number(loads_of[policy_of[i], size_of[k]])
		bar(order[policy_of[curve_policies]] / 100, policy_of[i] == "kernel" ? "fault" : "anon", loads_of[policy_of[i], most])
		cell(percent(loads_of[policy_of[i], most] - loads_of["opt", most], loads_of["opt", most]), "n")
		number(writes_of[policy_of[i]])
		row_end()
	}
	table_end()
	put("<p class=\"note\">" (by_kernel["sampled_one_in"] == "" ? "" : "One page in " by_kernel["sampled_one_in"] " would have told nearly the same of LRU: off by " \
	    n3(100 * by_kernel["error_mean"]) " points of a hundred on average over all sizes, by " n1(100 * by_kernel["error_most"]) \
	    " at most, with " commas(by_kernel["error_most_at"]) " frames. ") "<code>make curves</code> made this section.</p></section>")
}

function curves_columns(    k, text)
{
	for (k = 1; k <= sizes; k++)
		text = text (k > 1 ? ";" : "") "n:" commas(size_of[k]) " frames"
	return text
}

function curves_name(policy)
{
	return policy == "kernel" ? "the kernel, in this run" : policy == "clock" ? "clock (second chance)" : policy == "opt" ? "OPT" : \
	       policy == "lru" ? "LRU, exactly" : policy
}

function curves_text(    i, k)
{
	if (!curves_read())
		return
	printf "\n  %-24s", "loads with so many frames"
	for (k = 1; k <= sizes; k++)
		printf " %11s", commas(size_of[k])
	print ""
	for (i = 1; i <= curve_policies; i++) {
		printf "  %-25s", curves_name(policy_of[i])
		for (k = 1; k <= sizes; k++)
			printf " %11s", loads_of[policy_of[i], size_of[k]] == "" ? "" : commas(loads_of[policy_of[i], size_of[k]])
		print ""
	}
	print "\n" commas_in(curves_sentence()) "\n"
}
