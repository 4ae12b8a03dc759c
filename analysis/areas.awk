# areas.awk - which area is this page in? Follows vmas.csv.
#
# For files that walk a recording in order of time: areas_open(), then areas_until(t) before each
# event at time t, then area_of(tgid, address). The areas of a process are kept sorted by address:
# areas_from[tgid, i] .. areas_to[tgid, i] (first byte after), i = 1..areas_count[tgid], and what may be
# done there areas_may[tgid, i] (PROT_ bits).

function areas_open(file)
{
	turn_open("areas", file, "icount,event,pid,start,end,prot,flags,offset,name")
	areas_read()
}

# Reads the event to come next into areas_event; areas_time is when it happens.
function areas_read()
{
	areas_time = turn_next("areas", areas_event)
}

# Brings all areas to the state that they had at `now`.
function areas_until(now)
{
	while (areas_time <= now) {
		areas_apply(areas_event[2], areas_event[3], hex(areas_event[4]), \
			    hex(areas_event[5]), areas_event[9], areas_event[6] + 0)
		areas_read()
	}
}

# One event: what lies in [from, to) goes, and for map and change the area comes in its place. A
# change tells what an area has become; what it was is the area that holds its start, and all of that
# goes (it may have shrunk).
function areas_apply(event, tgid, from, to, name, prot,    i)
{
	if (to == 0)
		to = 4294967296
	if (event == "change" && (i = areas_find(tgid, from)))
		areas_carve(tgid, areas_from[tgid, i], areas_to[tgid, i])
	areas_carve(tgid, from, to)
	if (event != "unmap")
		areas_insert(tgid, from, to, name == "" ? "[anon]" : name, prot)
}

function areas_insert(tgid, from, to, name, prot,    i)
{
	for (i = areas_count[tgid]++; i > 0 && areas_from[tgid, i] > from; i--)
		areas_move(tgid, i, i + 1)
	areas_from[tgid, i + 1] = from
	areas_to[tgid, i + 1] = to
	areas_name[tgid, i + 1] = name
	areas_may[tgid, i + 1] = prot
}

function areas_move(tgid, i, k)
{
	areas_from[tgid, k] = areas_from[tgid, i]
	areas_to[tgid, k] = areas_to[tgid, i]
	areas_name[tgid, k] = areas_name[tgid, i]
	areas_may[tgid, k] = areas_may[tgid, i]
}

# Cuts [from, to) out of the areas of a process: whole ones go, others are trimmed or split.
function areas_carve(tgid, from, to,    i, kept, n, tail, name)
{
	n = areas_count[tgid]
	for (i = 1; i <= n; i++) {
		if (areas_to[tgid, i] > to && areas_from[tgid, i] < from) {
			tail = areas_to[tgid, i]
			name = areas_name[tgid, i]
			areas_to[tgid, i] = from
			areas_insert(tgid, to, tail, name, areas_may[tgid, i])
			return
		}
		if (areas_from[tgid, i] >= from && areas_to[tgid, i] <= to)
			continue
		if (areas_from[tgid, i] < from && areas_to[tgid, i] > from)
			areas_to[tgid, i] = from
		else if (areas_from[tgid, i] < to && areas_to[tgid, i] > to)
			areas_from[tgid, i] = to
		if (++kept != i)
			areas_move(tgid, i, kept)
	}
	areas_count[tgid] = kept + 0
}

# Index of the area of process `tgid` that holds the address (a number), or 0.
function areas_find(tgid, value,    low, high, middle)
{
	low = 1
	high = areas_count[tgid]
	while (low <= high) {
		middle = int((low + high) / 2)
		if (value < areas_from[tgid, middle])
			high = middle - 1
		else if (value >= areas_to[tgid, middle])
			low = middle + 1
		else
			return middle
	}
	return 0
}

# Name of the area that holds an address (0xHHHHHHHH), for the user's half and the kernel's.
function area_of(tgid, at,    i)
{
	if (at >= "0xc0000000")
		return kernel_area(at)
	i = areas_find(tgid, hex(at))
	return i ? areas_name[tgid, i] : "[none]"
}

# The kernel's half (kernel/include/arch/layout.h).
function kernel_area(at)
{
	return at < "0xf8800000" ? "[direct map]" : at < "0xff7fe000" ? "[vmalloc]" : \
		at < "0xff800000" ? "[none]" : at < "0xffc00000" ? "[kmap]" : "[fixmap]"
}
