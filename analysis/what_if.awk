# what_if.awk - the report's section on other TLBs: how often each model would have walked, why, and where.
#
# For html.awk, after page.awk, fold.awk and charts.awk, with the sums of html.awk read. Everything here is bounded:
# 16 models in a table of models, 8 where they are columns, 24 phases, 20 functions.

BEGIN {
	split("cold capacity conflict flush upgrade", walk_reasons, " ")
}

# Reads the models, fewest walks first: what_name[1..what_n], and what_walks[name, phase], what_walks[name, ""]
# of the program alone, as phases_read() has them. 0: the recording has none.
function what_if_read(    T, n, i, r)
{
	if (what_known++)
		return what_n
	what_n = load("models.csv", T)
	for (i = 1; i <= what_n; i++) {
		what_name[i] = T[i, "model"]
		what_all[T[i, "model"]] = T[i, "walks"]
	}
	n = load("model_phases.csv", T)
	for (i = 1; i <= n; i++) {
		what_walks[T[i, "model"], what_phase(T[i, "phase"])] += T[i, "walks"]
		for (r = 1; r <= 5; r++)
			what_reason[T[i, "model"], what_phase(T[i, "phase"]), r] += T[i, walk_reasons[r]]
		if (what_of_program(T[i, "phase"]))
			what_own[T[i, "model"]] += T[i, "walks"]
	}
	what_order()
	return what_n
}

# Is a phase of that name the program's? The models know phases by their names only.
function what_of_program(label)
{
	return program_start == "" || label !~ /^(|boot|selftest|user|boot, user)$/
}

# The line of the table of phases that a phase of the models is in.
function what_phase(label)
{
	return what_of_program(label) || label == "selftest" ? label : "boot, user"
}

# By walks of the program; those of one count stay as they came.
function what_order(    i, k, name)
{
	for (i = 2; i <= what_n; i++) {
		name = what_name[i]
		for (k = i; k > 1 && what_own[what_name[k - 1]] > what_own[name]; k--)
			what_name[k] = what_name[k - 1]
		what_name[k] = name
	}
}

function what_if()
{
	if (!what_if_read())
		return
	section("models", "Other TLBs", "What the TLBs of <code>TRACE=model=FILE</code> would have done with every reference of this " \
		"run: each reference that none of a model&rsquo;s levels knows is a walk. A walk is <em>cold</em> at the first use of the " \
		"page; a <em>capacity</em> walk where a fully associative TLB of that size would walk, too, without any flush; else " \
		"a <em>flush</em>&rsquo;s, or by <em>conflict</em> where only the sets are too small.")
	what_models()
	picture("models.svg", "Walks of each model by reason: what size (capacity), ways (conflict) and tags (flush) would change.", \
		"models.csv", "model.awk", "")
	what_phases()
	what_functions()
	put("</section>")
}

function what_models(    T, n, i, k, r, at)
{
	n = load("models.csv", T)
	for (i = 1; i <= n; i++)
		at[T[i, "model"]] = i
	table("Walks by reason, whole run", "Model;n:References;n:Hits;Walks;;n:A thousand references;n:Cold;n:Capacity;n:Conflict;n:Flush;n:Upgrade")
	for (k = 1; k <= what_n && k <= 16; k++) {
		i = at[what_name[k]]
		cell(T[i, "model"], "mono")
		number(T[i, "references"])
		number(T[i, "references"] - T[i, "walks"])
		bar(what_most(), "cold", T[i, "cold"], "capacity", T[i, "capacity"], "conflict", T[i, "conflict"], \
		    "flushed", T[i, "flush"], "upgrade", T[i, "upgrade"])
		number(T[i, "walks"])
		cell(T[i, "per_thousand"], "n")
		for (r = 1; r <= 5; r++)
			number(T[i, walk_reasons[r]])
		row_end()
	}
	table_end()
}

# Walks of the model that walks most.
function what_most(    i, most)
{
	for (i = 1; i <= what_n; i++)
		if (what_all[what_name[i]] + 0 > most)
			most = what_all[what_name[i]] + 0
	return most
}

# The models as columns, at most 8.
function what_columns(    i, columns)
{
	for (i = 1; i <= what_n && i <= 8; i++)
		columns = columns ";n:" what_name[i]
	return columns
}

# Sets walks[label]: what the TLBs of the recording walked in each phase of T[1..n] (phases_read()).
function what_phase_walks(T, n, walks,    i)
{
	split("", walks)
	for (i = 1; i <= n; i++)
		walks[T[i, "label"]] += T[i, "cold"] + T[i, "conflict"] + T[i, "flushed"] + T[i, "upgrade"]
}

# The 24 phases in which the TLBs of the recording walked most, in their order.
function what_phases(    T, U, n, i, k, walks, rank, least, rows, label)
{
	n = phases_read(T, U)
	what_phase_walks(T, n, walks)
	for (label in walks)
		rank[++k] = walks[label]
	least = what_bound(rank, k, 24)
	table("Walks by phase", "Phase;n:Bochs's own" what_columns() ";Why " what_name[1] " still walks, mostly")
	for (i = 1; i <= n && rows < 24; i++) {
		label = T[i, "label"]
		if (!(label in walks) || walks[label] < least)
			continue
		rows++
		cell(label)
		number(walks[label])
		for (k = 1; k <= what_n && k <= 8; k++)
			number(what_walks[what_name[k], label] + 0)
		cell(what_mostly(what_name[1], label))
		row_end()
		delete walks[label]
	}
	table_end()
}

# The reason of most of a model's walks in a phase.
function what_mostly(name, label,    r, most)
{
	for (r = 1; r <= 5; r++)
		if (what_reason[name, label, r] > what_reason[name, label, most])
			most = r
	return most ? walk_reasons[most] ", " percent(what_reason[name, label, most], what_walks[name, label]) : ""
}

# The 20 functions in which any of these models walks most.
function what_functions(    T, n, i, k, order, place, rank, ranks, key, walks, column)
{
	for (k = 1; k <= what_n && k <= 8; k++)
		column[what_name[k]] = k
	n = load("model_functions.csv", T)
	for (i = 1; i <= n; i++) {
		if (!(T[i, "model"] in column) || T[i, "pid"] in folded && T[i, "pid"] != "")
			continue
		key = T[i, "pid"] SUBSEP T[i, "function"]
		walks[key, column[T[i, "model"]]] = T[i, "walks"]
		if (!(key in place) || T[i, "walks"] + 0 > place[key])
			place[key] = T[i, "walks"] + 0
		order[i] = key
	}
	for (key in place)
		rank[++ranks] = place[key]
	what_function_rows(T, n, order, place, walks, what_bound(rank, ranks, 20))
}

# The least of the `most` largest of A[1..n].
function what_bound(A, n, most)
{
	sort(A, n)
	return n > most ? A[n - most + 1] : 0
}

function what_function_rows(T, n, order, place, walks, least,    i, k, part, rows)
{
	for (i = 1; i <= n && rows < 20; i++) {
		if (!(i in order) || !(order[i] in place) || place[order[i]] < least)
			continue
		if (!rows++)
			table("Functions that walk most", "Function;Process" what_columns())
		split(order[i], part, SUBSEP)
		cell(part[2] == "" ? "(unknown)" : part[2], "mono")
		cell(part[1] == "" ? "kernel" : process(part[1]))
		for (k = 1; k <= what_n && k <= 8; k++)
			number(walks[order[i], k] + 0)
		row_end()
		delete place[order[i]]
	}
	if (rows)
		table_end()
}

# What the best of these TLBs would have saved, for answers.awk: from a tenth of the walks on.
function answer_saved(    T, U, n, i, best, here, label, walks, saved, most, phase)
{
	if (!what_if_read())
		return
	best = what_name[1]
	here = own_rows["fill"] + own_rows["upgrade"]
	if (!here || (here - what_own[best]) * 10 < here)
		return
	n = phases_read(T, U)
	what_phase_walks(T, n, walks)
	for (i = 1; i <= n && program_start != ""; i++) {
		label = T[i, "label"]
		saved = walks[label] - what_walks[best, label]
		if (what_of_program(label) && saved > most) {
			most = saved
			phase = " Most of that in phase &ldquo;" markup(label) "&rdquo;: " commas(walks[label]) " here, " \
				commas(what_walks[best, label]) " there."
		}
	}
	answer("answer-saved", "Another TLB would have saved " percent(here - what_own[best], here) " of the walks" answer_of() ":", \
	       "Bochs&rsquo;s own TLBs walk " commas(here) " times, the model <code>" markup(best) "</code> " \
	       commas(what_own[best]) " times." phase, "models")
}
