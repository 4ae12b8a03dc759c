# failure.awk - what is told on top of the report and the summary when a run failed.
#
# Variables: console (path of console.log), tasks, vmas, kernel_sym, objects_sym and those of waiting.awk.
# After lib.awk, run.awk, svg.awk, symbols.awk, page.awk and waiting.awk, with meta[] and the tasks read.

BEGIN {
	failure_lines = 12
}

# Sets failure (one line, or nothing when the run passed), word[1..words] (the last lines on the
# console) and doing (what the tasks were at).
function failure_read()
{
	failure = meta["outcome"] == "ok" ? "" : meta["failure"]
	if (failure == "" && meta["outcome"] == "" && meta["complete"] != 1)
		failure = "the recording was cut off, and nobody was left to say why"
	if (failure == "")
		return
	failure_console()
	failure_tasks()
	symbols_open()
	waiting_read()
}

# A run is whole though its program ended badly.
function failure_whose()
{
	return meta["outcome"] == "program_failed" ? "program" : "run"
}

# A panic's last words end with its own line; memory and the like stand behind it. The self-test's
# lines are left out when it was over.
function failure_console(    line, n, i, first, last, tested, kept)
{
	while (console != "" && (getline line < console) > 0) {
		gsub(/[\001-\010\013-\037\177]/, "", line)
		if (line == "")
			continue
		kept[++n] = line
		delete kept[n - 200]
		if (line ~ /^# Totals: pass:/)
			tested = n
		if (meta["outcome"] == "panic" && line ~ /^Kernel panic - not syncing: /)
			last = n
	}
	close(console)
	last = last ? last : n
	first = last > failure_lines ? last - failure_lines + 1 : 1
	if (first <= tested && tested < last)
		first = tested + 1
	for (i = first; i <= last; i++)
		if (i in kept)
			word[++words] = kept[i]
}

# Which task ran, which others were alive, and in what phase that was.
function failure_tasks(    F, pid, running, others, order, i, n)
{
	if (!csv_open(tasks, task_columns))
		return
	while (csv_row(tasks, F) > 0) {
		if (F[3] == "exit") {
			delete failure_seen[F[4]]
			continue
		}
		failure_seen[F[4]] = F[3] == "switch" ? F[1] : failure_seen[F[4]] + 0
		failure_name[F[4]] = F[7]
		if (F[3] == "switch")
			running = F[4]
	}
	close(tasks)
	if (running == "")
		return
	for (pid in failure_seen)
		if (pid != running && pid != 0)
			order[++n] = pid
	sort(order, n)
	for (i = 1; i <= n && i <= 6; i++)
		others = others (i == 1 ? "" : ", ") order[i] " " base_name(failure_name[order[i]])
	doing = (running == 0 ? "No task ran" : "Task " running " (" base_name(failure_name[running]) ") ran last") \
		(failure_seen[running] ? ", since instruction " commas(failure_seen[running]) : "")
	if (marks_count > 0)
		doing = doing ", in phase \"" mark_label[marks_count] "\""
	doing = doing "; " (n ? "alive too: " others (n > 6 ? " and " n - 6 " more" : "") : "no other was alive") "."
}

# Where the run stood, for the report: HTML.
function failure_html(    i)
{
	put("<div class=\"alarm\" role=\"alert\">The " failure_whose() " failed: " markup(failure))
	if (meta["complete"] != 1)
		put("<p>This recording is incomplete: what follows counts what was written; it is not the " \
		    "whole run.</p>")
	if (doing != "")
		put("<p>" markup(doing) "</p>")
	waiting_html()
	if (words) {
		put("<p>Last on the console:</p><pre>")
		for (i = 1; i <= words; i++)
			put(markup(word[i]))
		put("</pre>")
	}
	put("</div>")
}

# The same for a terminal.
function failure_text(    i)
{
	print "  THE " toupper(failure_whose()) " FAILED: " plain(failure)
	if (meta["complete"] != 1)
		print "  THE RECORDING IS INCOMPLETE: the figures count only what was written."
	if (doing != "")
		print "  " plain(doing)
	if (words)
		print "  Last on the console:"
	for (i = 1; i <= words; i++)
		print "    " fit(word[i], 110)
	print ""
}
