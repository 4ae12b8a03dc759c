# pressure.awk - the report's section on memory that was short: who reclaimed, what stayed, what left too early.
#
# For html.awk and summary.awk, after page.awk and charts.awk. Variables: console (for the policy's name).

# Reads the results; 0: memory was never short.
function pressure_read(    T, n, i)
{
	if (pressure_known)
		return pressure_any
	pressure_known = 1
	n = load("reclaimers.csv", T)
	pressure_any = n > 0
	for (i = 1; i <= n; i++) {
		dropped_by[T[i, "by"]] += T[i, "dropped"]
		dropped += T[i, "dropped"]
		looked_at += T[i, "looked_at"]
		swapped_out += T[i, "written"]
		runs_of[T[i, "by"]] += T[i, "runs"]
	}
	oom_kills = load("oom.csv", T)
	for (i = 1; i <= oom_kills; i++)
		oom_victims = oom_victims (i > 1 ? ", " : "") process(T[i, "pid"])
	n = load("refaults.csv", T)
	for (i = 1; i <= n; i++) {
		came_back += T[i, "rows"]
		came_early += T[i, "early"]
	}
	for (i = 1; i <= n; i++) {
		near += T[i, "rows"]
		if (half_at == "" && near * 2 >= came_back)
			half_at = T[i, "distance_from"]
		if (most_at == "" && near * 10 >= 9 * came_back)
			most_at = T[i, "distance_from"]
	}
	return pressure_any
}

# The kernel's reclaim= option, or what it does without one, or with one that it did not understand. What
# comes after the root file system is there may be a program's word.
function policy_name(    line)
{
	if (policy != "")
		return policy
	policy = "twolist"
	while (console != "" && (getline line < console) > 0 && line !~ /^VFS: mounted/)
		if (line ~ /^Command line: / && match(line, /[ ]reclaim=[a-z_]+/))
			policy = substr(line, RSTART + 9, RLENGTH - 9)
		else if (line ~ /^kernel option reclaim=[^ ]*: expected /)
			policy = "twolist"
	if (console != "")
		close(console)
	return policy
}

function mib(frames)
{
	return n1(frames / 256) "&nbsp;MiB"
}

function pressure(    T)
{
	if (!pressure_read())
		return
	section("pressure", "Memory pressure", "Memory was short, and pages left it: those of files are dropped or written " \
		"back, those of no file go to the swap area. Policy: <code>" markup(policy_name()) "</code>.")
	pressure_summary()
	picture("memory.svg", "What memory was used for, what was free against the watermarks, and swap.", "memory.csv", "memory.awk", "memory")
	if (load("unusable.csv", T))
		picture("fragmentation.svg", "How much of free memory was of no use to requests of an order, for it lay in smaller blocks " \
			"(unusable free space index), in the zone that had most free.", "fragmentation.csv</code>, <code>unusable.csv", "buddy.awk", "")
	if (came_back)
		picture("refaults.svg", "How many pages had been dropped between a page's going and its return.", "refaults.csv", \
			"refault.awk", "")
	if (came_back)
		knee()
	too_early()
	reclaimers()
	put("<div class=\"two\">")
	areas_that_left()
	put("<div>")
	fault_waits()
	bits()
	put("</div>")
	judged()
	put("</div></section>")
}

function pressure_summary()
{
	put("<p>" commas(dropped) " pages were dropped, " commas(dropped_by["kswapd"]) " of them by kswapd (" \
	    commas(runs_of["kswapd"]) " runs) and " commas(dropped_by["direct"]) " by tasks that could not wait for it (" \
	    commas(runs_of["direct"]) " times); " commas(looked_at) " were looked at for that, and " commas(swapped_out) \
	    " written first. " (came_back ? commas(came_back) " came back, " commas(came_early) " of them too early: before " \
	    "as many others had been dropped as there were active pages (with a policy that has none: half of all that could " \
	    "leave)." : "None came back.") "</p>")
	if (oom_kills)
		put("<p>Memory was out: the kernel killed " markup(oom_victims) ".</p>")
}

# With as many frames more as a page's distance it would still have been there.
function knee()
{
	put("<p class=\"note\">A page that came back would have stayed, had there been as many frames more as were dropped " \
	    "meanwhile (if the oldest pages leave first). " mib(half_at) " more would have spared half of the returns, " \
	    mib(most_at) " nine in ten" (most_at >= 2 * half_at ? "." : ": the step between the two is the knee of thrashing.") "</p>")
}

function too_early(    T, n, i)
{
	load_max = 15
	n = load("early.csv", T)
	load_max = 1e9
	if (!n)
		return
	table("Thrown out too early", "Page;Process;Area;Needed by;Too early;n:Times;n:Came back;n:Dropped;n:Least distance")
	for (i = 1; i <= n; i++) {
		cell(T[i, "page"], "mono")
		cell(T[i, "pid"] == "" ? "" : process(T[i, "pid"]))
		cell(T[i, "area"], "mono")
		cell(T[i, "symbol"], "mono")
		bar(T[1, "early"], "swap", T[i, "early"])
		number(T[i, "early"])
		number(T[i, "back"])
		number(T[i, "dropped"])
		number(T[i, "least_distance"])
		row_end()
	}
	table_end()
}

function areas_that_left(    T, n, i)
{
	n = load("early_areas.csv", T)
	put("<div>")
	table("What left memory, by area", "Area;Process;n:Pages;n:Dropped;n:Came back;n:Too early")
	for (i = 1; i <= n && i <= 15; i++) {
		cell(T[i, "area"], "mono")
		cell(T[i, "pid"] == "" ? "" : process(T[i, "pid"]))
		number(T[i, "pages"])
		number(T[i, "dropped"])
		number(T[i, "back"])
		number(T[i, "early"])
		row_end()
	}
	table_end()
	put("</div>")
}

function reclaimers(    T, n, i)
{
	n = load("reclaimers.csv", T)
	table("Who reclaimed", "By;Task;Dropped;n:Pages;n:Runs;n:Looked at;n:Kept;n:Activated;n:Unevictable;n:Slots taken;n:Written")
	for (i = 1; i <= n && i <= 15; i++) {
		cell(T[i, "by"] == "other" ? "on request" : T[i, "by"])
		cell(process(T[i, "pid"]))
		bar(T[1, "dropped"], "anon", T[i, "dropped"])
		number(T[i, "dropped"])
		number(T[i, "runs"])
		number(T[i, "looked_at"])
		number(T[i, "kept"])
		number(T[i, "activated"])
		number(T[i, "unevictable"])
		number(T[i, "slots"])
		number(T[i, "written"])
		row_end()
	}
	table_end()
}

function judged(    T, n, i)
{
	n = load("judged.csv", T)
	put("<div>")
	table("What became of pages, and why", "Event;Kind;Reason;n:Pages")
	for (i = 1; i <= n; i++) {
		cell(T[i, "event"], "mono")
		cell(T[i, "kind"])
		cell(T[i, "reason"], "mono")
		number(T[i, "rows"])
		row_end()
	}
	table_end()
	put("</div>")
}

function fault_waits(    T, n, i)
{
	n = load("waits.csv", T)
	if (!n)
		return
	table("Faults that waited for the disk", "Cause;n:Major;n:Mean cost;n:Mean wait;n:Longest;n:Wait, all")
	for (i = 1; i <= n; i++) {
		cell_html(dot(group[T[i, "cause"]], T[i, "cause"]))
		number(T[i, "major"])
		number(T[i, "cost_mean"])
		number(T[i, "wait_mean"])
		number(T[i, "wait_max"])
		number(int(T[i, "known"] * T[i, "wait_mean"]))
		row_end()
	}
	table_end()
	put("<p class=\"note\">Cost in instructions, without the wait; waits in microseconds of the machine's time.</p>")
}

# The processor sets the bits that reclaim has cleared.
function bits(    T, n, i, set, all)
{
	n = load("bits.csv", T)
	for (i = 1; i <= n; i++) {
		all += T[i, "rows"]
		set += T[i, "walk"] == "2+0" ? 0 : T[i, "rows"]
	}
	if (all)
		put("<p class=\"note\">Accessed bits at work: of " commas(all) " fills of pages whose bit a look had cleared, " \
		    commas(set) " had to write it again (walk <code>2+1</code>); the others found it set, as the kernel " \
		    "sets it when it maps a page in a fault.</p>")
}
