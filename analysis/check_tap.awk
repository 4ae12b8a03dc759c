# check_tap.awk - TAP for the checks: "ok - title" or "not ok - title" with the first reasons.
#
# check.sh numbers the lines. Reasons name the file and the line, or the file and the key.

# Notes that check `name` failed, and why.
function wrong(name, why)
{
	if (++wrongs[name] <= 3)
		why_wrong[name] = why_wrong[name] "# " why "\n"
}

# Row `line` of a table fails check `name`.
function wrong_row(name, table, line, why)
{
	wrong(name, table ".csv:" line ": " why)
}

# Prints how check `name` ended.
function verdict(name, title)
{
	if (!wrongs[name]) {
		print "ok - " title
		return
	}
	print "not ok - " title
	printf "%s", why_wrong[name]
	if (wrongs[name] > 3)
		print "# ... " wrongs[name] " in all"
}

# What was counted must be what meta.csv says under `key`. In a recording that was cut off, and is
# refused for that, a count that nobody was left to write is no second reason.
function same(title, got, key)
{
	if (meta["complete"] != 1 && meta[key] == "") {
		print "ok - " title " # SKIP the run was cut off: no " key
		return
	}
	if (meta[key] == "" || meta[key] + 0 != got + 0)
		wrong(title, "meta.csv:" key ": " (meta[key] == "" ? "missing" : meta[key]) ", counted " whole(got))
	verdict(title, title)
}
