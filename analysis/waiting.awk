# waiting.awk - what the tasks of a run that was ended from outside were at, in words.
#
# Variables: waiting (path of waiting.csv; may be empty). After lib.awk, run.awk, symbols.awk and
# page.awk, with the symbols read.

BEGIN {
	waiting_lines = 10
	waiting_names = 3 # functions shown of those in the kernel
	# The call's first arguments, where they tell what is waited for; of others none are shown.
	split("read=1 write=1 readv=1 writev=1 pread64=1 pwrite64=1 flock=1 waitpid=1 wait4=1 futex=3", \
	      waiting_args, " ")
	for (waiting_args_n in waiting_args) {
		split(waiting_args[waiting_args_n], waiting_arg, "=")
		args_shown[waiting_arg[1]] = waiting_arg[2]
	}
}

# Sets wait_line[1..waits] (one a task, or several that are at the same; who ran first, the rest by
# how near they are to running) and wait_head, what they have in common. None when there is no such
# table, or no row in it.
function waiting_read(    F, n, pid, text, rank, order, key, place, ticked)
{
	if (waiting == "" || !csv_open(waiting, "pid,tgid,name,state,call,number,args,eip,kernel"))
		return
	while (csv_row(waiting, F) > 0) {
		place = F[1] == 0 ? waiting_place(F) : ""
		if (place ~ /^cpu_idle/) {
			wait_idle = 1
			continue
		}
		rank = index("running runnable uninterruptible sleeping stopped zombie", F[4])
		key = (rank ? rank : 99) * 1000000 + F[1]
		# Init waits for all others, always, and a thread of the kernel's own for work.
		if (F[4] == "sleeping" && (F[1] == 1 || F[5] F[8] == ""))
			key += 500000
		pid[key] = F[1]
		text[key] = sprintf("%-15s %s", base_name(F[3]), waiting_words(F))
		if (place ~ /^irq_common/)
			ticked = key # idle, unless there is no other task yet
		else
			order[++n] = key
	}
	if (ticked != "" && n)
		wait_idle = 1
	else if (ticked != "")
		order[++n] = ticked
	close(waiting)
	sort(order, n)
	waiting_join(order, n, pid, text)
	wait_head = (wait_idle ? "No task could run. " : "") "What each task was at when the run was ended:"
}

# Makes the lines: as many as are shown, each with the tasks that are at the same.
function waiting_join(order, n, pid, text,    i, line, of, others, left)
{
	for (i = 1; i <= n; i++) {
		line = text[order[i]]
		if (line in of) {
			others[of[line]]++
		} else if (waits < waiting_lines) {
			of[line] = ++waits
			wait_line[waits] = sprintf("%5s %s", pid[order[i]], line)
		} else {
			left++
		}
	}
	for (i = 1; i <= waits; i++)
		if (others[i])
			wait_line[i] = wait_line[i] "; " others[i] " more at the same"
	if (left)
		wait_line[++waits] = "      and " left " more in waiting.csv"
}

# One row as a sentence.
function waiting_words(F,    text, where)
{
	where = waiting_place(F)
	where = where == "" ? "" : ", at " where
	if (F[4] == "zombie")
		return "zombie: it has exited, and nobody has waited for it"
	if (F[5] == "")
		return F[4] (F[9] != "" || F[8] == "" ? " in the kernel" where : " in the program" waiting_eip(F))
	if (F[4] == "runnable" && F[5] == "interrupt")
		return "runnable, interrupted in the program" waiting_eip(F)
	if (F[6] != "")
		text = "system call " F[6] ", " waiting_call(F)
	else
		text = (F[5] ~ /^[aeiou]/ ? "an " : "a ") F[5] " of the program" waiting_eip(F)
	return F[4] " in " text where
}

function waiting_eip(F,    name)
{
	name = symbol_of(F[1], F[8])
	return " at " F[8] (name == "" ? "" : " " name)
}

# "read(3, ...)"
function waiting_call(F,    A, n, i, text)
{
	n = split(F[7], A, " ")
	for (i = 1; i <= n && i <= args_shown[F[5]] + 0; i++)
		text = text (i == 1 ? "" : ", ") waiting_arg_text(A[i])
	return F[5] "(" (i > n ? text : text (i == 1 ? "..." : ", ...")) ")"
}

# Small numbers, of both signs, in decimal.
function waiting_arg_text(arg)
{
	if (arg ~ /^0xfffff/)
		return whole(hex(arg) - 4294967296)
	return arg ~ /^0x0000/ ? whole(hex(arg)) : arg
}

# The innermost functions of the kernel, who called whom from right to left: up to the way in, which
# is the same for all. A return address is that of the instruction behind the call, which may be the
# next function's; who runs is at the first address itself.
function waiting_place(F,    A, n, i, name, text, shown)
{
	n = split(F[9], A, " ")
	for (i = 1; i <= n && shown < waiting_names; i++) {
		name = symbol_in("kernel", i == 1 && F[4] == "running" ? A[i] : to_hex(hex(A[i]) - 1))
		if (i > 1 && name ~ /^(do_system_call|system_call|do_irq|irq_common|do_page_fault|do_exception)$/)
			break
		text = text (i == 1 ? "" : " < ") (name == "" ? A[i] : name)
		shown++
	}
	return text
}

function waiting_html(    i)
{
	if (!waits)
		return
	put("<p>" markup(wait_head) "</p><pre>")
	for (i = 1; i <= waits; i++)
		put(markup(wait_line[i]))
	put("</pre>")
}

function waiting_text(    i)
{
	if (!waits)
		return
	print "\n  " wait_head
	for (i = 1; i <= waits; i++)
		print "  " fit(wait_line[i], 130)
}
