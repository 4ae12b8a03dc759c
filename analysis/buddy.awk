# buddy.awk - how broken up was free memory, over time?
#
# Variables: buddy (path of buddy.csv), marks, start, end. After lib.awk; reads no input of its own.
#
# The unusable free space index of an order is the part of free memory that lies in blocks too small for it (Gorman and
# Whitcroft, "The What, The Why and the Where To of Anti-Fragmentation"): 0 all of it would do, 1 none. Where nothing
# is free there is none.
#
# Results: fragmentation.csv (each change: frames free, the largest order that there is, the index of orders 1 to 10),
# unusable.csv (of each zone and order from 1 on: the index at first, on average over time, at most and when, at last;
# how long, in percent, there was no block of that order or above).
BEGIN {
	frames_of[0] = 1
	for (i = 1; i <= 10; i++)
		frames_of[i] = 2 * frames_of[i - 1]
	file = result("fragmentation.csv")
	print "icount,node,zone,free,largest,order1,order2,order3,order4,order5,order6,order7,order8,order9,order10" > file
	if (csv_open(buddy, "icount,node,zone,order0,order1,order2,order3,order4,order5,order6,order7,order8,order9,order10"))
		while (csv_row(buddy, F) > 0)
			buddy_row(F)
	close_result(file)
	if (!failed)
		buddy_print(result("unusable.csv"))
	exit failed
}

function buddy_row(F,    zone, order, free, small, line)
{
	zone = F[2] "," F[3]
	if (!(zone in zone_seen)) {
		zone_seen[zone]
		zone_list[++zone_count] = zone
	}
	buddy_time(zone, F[1])
	zone_since[zone] = F[1]
	zone_largest[zone] = -1
	for (order = 0; order <= 10; order++) {
		free += F[4 + order] * frames_of[order]
		if (F[4 + order] + 0)
			zone_largest[zone] = order
	}
	line = F[1] "," zone "," whole(free) "," (zone_largest[zone] < 0 ? "" : zone_largest[zone])
	for (order = 1; order <= 10; order++) {
		small += F[3 + order] * frames_of[order - 1]
		line = line "," buddy_index(zone, order, F[1], free ? small / free : "")
	}
	print line > file
}

# The index as it is from now on; "" where nothing is free.
function buddy_index(zone, order, now, value)
{
	zone_index[zone, order] = value
	if (value == "")
		return ""
	if (!((zone, order) in zone_first))
		zone_first[zone, order] = value
	if (!((zone, order) in zone_most) || value > zone_most[zone, order]) {
		zone_most[zone, order] = value
		zone_when[zone, order] = now
	}
	return three(value)
}

# The zone has been as it is until `now`.
function buddy_time(zone, now,    order, lasted)
{
	if (!(zone in zone_since))
		return
	lasted = now - zone_since[zone]
	zone_lasted[zone] += lasted
	for (order = 1; order <= 10; order++) {
		if (zone_largest[zone] < order)
			zone_none[zone, order] += lasted
		if (zone_index[zone, order] != "") {
			zone_sum[zone, order] += lasted * zone_index[zone, order]
			zone_known[zone, order] += lasted
		}
	}
}

function buddy_print(file,    i, zone, order)
{
	print "node,zone,order,first,mean,most,at,last,without" > file
	for (i = 1; i <= zone_count; i++) {
		zone = zone_list[i]
		buddy_time(zone, end > zone_since[zone] ? end : zone_since[zone])
		for (order = 1; order <= 10; order++)
			print zone "," order "," three(zone_first[zone, order]) "," \
				three(zone_known[zone, order] ? zone_sum[zone, order] / zone_known[zone, order] : zone_first[zone, order]) "," \
				three(zone_most[zone, order]) "," zone_when[zone, order] "," three(zone_index[zone, order]) "," \
				(zone_lasted[zone] ? sprintf("%.1f", 100 * zone_none[zone, order] / zone_lasted[zone]) : "") > file
	}
	close_result(file)
}

function three(value)
{
	return value == "" ? "" : sprintf("%.3f", value)
}
