# check_tap.awk - TAP for the checks: "ok - title" or "not ok - title" with the first reasons.
#
# check.sh numbers the lines.

# Notes that check `name` failed, and why.
function wrong(name, why)
{
	if (++wrongs[name] <= 3)
		why_wrong[name] = why_wrong[name] "# " why "\n"
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

# Two counts must be equal; nothing to compare with is no failure.
function same(title, got, want)
{
	if (want == "") {
		print "ok - " title " # SKIP not in meta.csv"
		return
	}
	if (got + 0 != want + 0)
		wrong(title, whole(got) " against " whole(want))
	verdict(title, title)
}
