# chains.awk - the functions in a chain of calls of stacks.csv.
#
# After lib.awk, run.awk and symbols.awk; symbols_open() must have been called.

# frame[1..n], innermost first, and whether each is the kernel's in frame_kernel. Returns n.
#
# A return address counts for the call before it. What that call calls tells of a function without a frame:
# where it is another one than the function found running, it was called, and so stands between the two. What
# is no more than a guess (?) counts only when it calls just that function.
function chain_frames(pid, chain, called,    at, to, n, i, count, target)
{
	n = split(chain, at, " ")
	split(called, to, " ")
	count = 0
	for (i = 1; i <= n; i++) {
		target = chain_target(pid, to[i])
		if (to[i] ~ /^[?]/ && (target == "" || target != frame[count]))
			continue
		if (target != "" && target != frame[count])
			chain_add(++count, target, at[i])
		chain_add(++count, chain_name(pid, at[i], to[i] != "-"), at[i])
	}
	return count
}

function chain_add(i, name, at)
{
	frame[i] = name
	frame_kernel[i] = at >= "0xc0000000"
}

# Name of the function at an instruction, or before a return address; of an object without names its own.
function chain_name(pid, at, returns,    key, set, name)
{
	key = (at >= "0xc0000000" ? "" : pid) "," at "," returns
	if (key in chain_known)
		return chain_known[key]
	if (returns)
		at = to_hex(hex(at) - 1)
	set = symbol_set(pid, at)
	name = set == "" ? "" : symbol_in(set, symbol_address)
	if (name == "")
		name = set == "kernel" || set == "" ? "[" at "]" : "[" base_name(set) "]"
	return chain_known[key] = name
}

# The function that begins where a call goes to, or "": through a pointer, or to a stub without a name.
function chain_target(pid, to,    key, name)
{
	sub(/^[?]/, "", to)
	if (to !~ /^0x/)
		return ""
	key = (to >= "0xc0000000" ? "" : pid) "," to
	if (!(key in chain_begins)) {
		name = symbol_place(pid, to)
		chain_begins[key] = name ~ /[+]0x/ ? "" : name
	}
	return chain_begins[key]
}

# How a chain that is not whole ends, or "".
function chain_mark(end)
{
	return end == "start" ? "" : end == "order" || end == "no_call" ? "[no frame pointer]" : \
	       end == "depth" ? "[deeper]" : end == "lost" ? "[no room]" : "[" end "]"
}
