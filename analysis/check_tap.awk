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
		print "ok - " title (skip_why[name] == "" ? "" : " # SKIP " skip_why[name])
		return
	}
	print "not ok - " title
	printf "%s", why_wrong[name]
	if (wrongs[name] > 3)
		print "# ... " wrongs[name] " in all"
}

# Checks that this recording cannot be put to, by the names (of verdict()) in a list.
function skip_checks(names, why,    name, n, i)
{
	n = split(names, name, " ")
	for (i = 1; i <= n; i++)
		skip_why[name[i]] = why
}

# A check that is skipped by its title.
function skipped(title, why)
{
	print "ok - " title " # SKIP " why
}

# What was counted must be what meta.csv says under `key`. A key that must be there and is not was told
# of by check_keys(), and that meta.csv was cut off by check_meta(): no need to repeat it.
function same(title, got, key)
{
	if (meta[key] == "" && (key_wanted(key) || meta["complete"] != 1))
		title = title " # SKIP meta.csv has no " key
	else if (meta[key] == "" || meta[key] + 0 != got + 0)
		wrong(title, "meta.csv:" key ": " (meta[key] == "" ? "missing" : meta[key]) ", counted " whole(got))
	verdict(title, title)
}
