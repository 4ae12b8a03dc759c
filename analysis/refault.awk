# refault.awk - which pages that had left memory came back, and how soon?
#
# Variables: reclaim, faults, tasks, vmas, kernel_sym, objects_sym. After lib.awk, run.awk, areas.awk and symbols.awk;
# reads no input of its own. The distance of a return is how many pages were dropped since this one was:
# with as many frames more, it would have stayed. It left too early when its distance is no more than
# there are active pages at the time, for these were thought more of. A page of a process that is read ahead of
# need comes back with the fault that needs it, if ever. Most policies make no page active: then it is half of
# the pages that could leave, about what twolist keeps active, so that their figures compare.
# A page of a file is named by its file once a process has been seen to map one of that file's.
#
# Results: refaults.csv, returns by distance in frames (quarters of powers of two), early ones apart; early.csv,
# the pages that came back too early, most often first, with their area and the function that needed them;
# early_areas.csv, the same by area
BEGIN {
	columns = "icount,event,pid,node,zone,frame,kind,owner,page,dev,inode,index,slot,reason,value," \
		"free,min,low,high,inactive_anon,active_anon,inactive_file,active_file"
	tasks_read(tasks)
	symbols_open()
	turn_open("faults", faults, "icount,cpu,addr,eip,error,access,mode,present,cr3,pid,depth,cause")
	fault_time = turn_next("faults", G)
	areas_open(vmas)
	turn_open("reclaim", reclaim, columns)
	while (turn_next("reclaim", F) < 9e15)
		follow(F[2])
	faults_until(8e15)
	if (!failed && (drops || returns))
		print_all()
	exit failed
}

# The faults up to `now`: needed_by[process, page] is the task and instruction that last needed a page which
# was on a swap area or in a file. One that was read before anybody needed it comes back now.
function faults_until(now,    page)
{
	while (fault_time <= now) {
		if (G[12] ~ /^(swap|swap_cache|file|file_cow|shared)$/) {
			page = tgid_of(G[10]) "," page_of(G[3])
			needed_by[page] = G[10] SUBSEP G[4]
			if (page in read_ahead) {
				came_back(read_ahead[page], drops - left_at[read_ahead[page]], "anon")
				delete read_ahead[page]
			}
		}
		fault_time = turn_next("faults", G)
	}
}

function follow(event,    key)
{
	if (event == "state") {
		active[F[4], F[5]] = F[21] + F[23]
		listed[F[4], F[5]] = F[20] + F[21] + F[22] + F[23]
		return
	}
	faults_until(F[1] + 0)
	key = F[13] != "" ? "slot " F[13] : F[11] != "" ? F[10] ":" F[11] ":" F[12] : ""
	if (event == "drop") {
		drops++
		if (key != "")
			left(key)
	} else if (event == "swap_out") {
		delete left_at[key] # the slot is another page's now
		delete page_of_key[key]
	} else if (event == "refault") {
		came_back(key, F[15] + 0, F[7])
	} else if (event == "swap_in" && key in left_at) {
		if (F[14] == "ahead" && page_of_key[key] ~ /^[0-9]/)
			read_ahead[page_of_key[key]] = key
		else
			came_back(key, drops - left_at[key], F[7])
	}
}

# Who was read ahead, and is dropped before anybody needed it, has been away all the time.
function left(key,    page)
{
	if (key in page_of_key && page_of_key[key] in read_ahead) {
		delete read_ahead[page_of_key[key]]
		return
	}
	left_at[key] = drops
	areas_until(F[1] + 0)
	page = F[8] != "" ? F[8] "," F[9] : "," (F[11] != "" ? (F[10] == "" ? "" : F[10] ":") F[11] ":" F[12] : "")
	page_of_key[key] = page
	area[page] = F[8] != "" ? area_of(F[8], F[9]) : F[11] != "" ? "[file]" : "[none]"
	left_n[page]++
	if (F[10] != "" && F[11] != "" && area[page] ~ /^\//)
		file_name[F[10] ":" F[11]] = area[page]
}

# The areas of pages that no process mapped when they left: their file, if it is known by now.
function name_files(    page, file)
{
	for (page in area) {
		file = page
		if (area[page] == "[file]" && sub(/:[0-9]+$/, "", file) && substr(file, 2) in file_name)
			area[page] = file_name[substr(file, 2)]
	}
}

# How far a page may have gone and yet have left too early.
function near(    zone, size, all)
{
	for (zone in active) {
		size += active[zone]
		all += listed[zone]
	}
	return size ? size : int(all / 2)
}

function came_back(key, distance, kind,    page, soon)
{
	soon = distance <= near()
	returns++
	by_distance[whole(bucket(distance)) "," kind]++
	early_by[whole(bucket(distance)) "," kind] += soon
	delete left_at[key]
	page = page_of_key[key]
	if (page == "")
		return
	back[page]++
	early[page] += soon
	if (!(page in least) || distance < least[page])
		least[page] = distance
}

# As in faults.awk: 0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, ...
function bucket(value,    low)
{
	for (low = 4; low * 2 <= value; low *= 2)
		;
	return value < 4 ? value : low + int((value - low) * 4 / low) * low / 4
}

function print_all(    to, order, k)
{
	name_files()
	to = result("refaults.csv")
	print "distance_from,kind,rows,early" > to
	order = sorter(to, "-k1,1n -k2,2")
	for (k in by_distance)
		print k "," whole(by_distance[k]) "," whole(early_by[k]) | order
	close(order)
	to = result("early.csv")
	print "early,back,dropped,least_distance,pid,page,symbol,area" > to
	order = sorter(to, "-k1,1nr -k4,4n -k5,5n -k6,6")
	for (k in early)
		if (early[k])
			print whole(early[k]) "," whole(back[k]) "," whole(left_n[k]) "," whole(least[k]) "," k "," \
				csv(symbol_needed(k)) "," csv_line_of(area[k]) | order
	close(order)
	print_areas(result("early_areas.csv"))
}

function print_areas(to,    order, k, part, key)
{
	for (k in left_n) {
		split(k, part, ",")
		key = part[1] SUBSEP area[k]
		area_pages[key]++
		area_left[key] += left_n[k]
		area_back[key] += back[k]
		area_early[key] += early[k]
	}
	print "early,back,dropped,pages,pid,area" > to
	order = sorter(to, "-k1,1nr -k2,3nr -k5,5n -k6")
	for (k in area_left) {
		split(k, part, SUBSEP)
		print whole(area_early[k]) "," whole(area_back[k]) "," whole(area_left[k]) "," whole(area_pages[k]) "," \
			part[1] "," csv_line_of(part[2]) | order
	}
	close(order)
}

# The function that last needed the page "pid,address".
function symbol_needed(page,    part, by)
{
	split(page, part, ",")
	if (!(page in needed_by))
		return ""
	split(needed_by[page], by, SUBSEP)
	return symbol_of(by[1], by[2])
}
