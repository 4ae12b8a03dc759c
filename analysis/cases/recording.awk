# recording.awk - makes up a recording, for the tests of the report and of the checks.
#
#   mawk -f analysis/lib.awk -f analysis/cases/recording.awk -v dir=DIR -v size=N -v pressure=1
#
# A toy machine: tasks touch pages, a model of Bochs's two direct-mapped TLBs says which touches
# are fills, a model of page tables says which are faults. So all the books balance as they do in
# a real recording, and every run makes the same bytes under every awk. `size` scales the work; with
# `pressure` there are io.csv and reclaim.csv, for memory is short at times.
# Pages and areas are kept by page number (786432 and up: the kernel's half).
BEGIN {
	if (!size)
		size = 1
	cost["anon"] = 540
	cost["anon_zero"] = 310
	cost["file"] = 420
	cost["file_cow"] = 800
	cost["cow"] = 660
	cost["cow_reuse"] = 300
	cost["stack"] = 580
	cost["sigsegv"] = 1500
	headers()
	run()
	meta()
}

function headers()
{
	put("tlb", "icount,cpu,tlb,event,reason,page,frame,size,access,mode,pte,walk,cr3,pid,eip,evicted,dropped_by")
	put("faults", "icount,cpu,addr,eip,error,access,mode,present,cr3,pid,depth,cause,major,cost,vma,rounds,before,after")
	put("tasks", "icount,cpu,event,pid,tgid,cr3,name")
	put("vmas", "icount,event,pid,start,end,prot,flags,offset,name")
	put("marks", "icount,pid,label,walks,fills,upgrades,faults,flushes,invlpgs")
	put("latency", "icount,kind,instructions,pid,eip,end_eip")
	if (pressure) {
		put("io", "icount,queued,started,wait,service,pid,device,sector,sectors,pages,rw,why,command,merged,error")
		put("reclaim", "icount,event,pid,node,zone,frame,kind,owner,page,dev,inode,index,slot,reason,value," \
		    "free,min,low,high,inactive_anon,active_anon,inactive_file,active_file,unevictable,swap_used")
	}
	split("", rows)
}

function put(name, row)
{
	print row > (dir "/" name ".csv")
	rows[name]++
}

# A number below n, the same under every awk.
function random(n)
{
	seed = (seed * 1103 + 12345) % 1048573
	return seed % n
}

function run(    i, child)
{
	now = 2000000
	pid = 0
	flushed_cr3 = cr3 = 1044480
	kernel_work(300 * size)
	mark("selftest")
	kernel_work(1500 * size)
	if (pressure)
		start_task(6, "kswapd0", 0)
	start_task(1, "init", 0)
	exec_task("/sbin/init")
	mark("user")
	start_task(2, "init", 1)
	exec_task("/bin/demo")
	mark("sort a large array")
	work(134742016, 700, 5000 * size, "w", "heap")
	mark("hash table, \"chained\"")
	work(134742016, 2600, 9000 * size, "w", "heap")
	if (pressure)
		short_of_memory(12)
	mark("fork children")
	for (child = 3; child <= 5; child++) {
		start_task(child, "demo", 2)
		work(134742016, 300, 900 * size, "w", "heap")
		stop_task()
		switch_to(2)
	}
	mark("map a file")
	work(3077570560, 200, 1200 * size, "r", "file")
	touch(64, "r", "u", 134513040)
	stop_task()
	switch_to(1)
	stop_task()
}

function mark(label)
{
	put("marks", whole(++now) "," pid "," csv(label) "," \
	    count["fills"] + count["upgrades"] + count["walk_faults"] "," count["fills"] + 0 "," \
	    count["upgrades"] + 0 "," count["walk_faults"] + 0 "," count["flushes"] + 0 ",0")
}

# kswapd and then the task itself free pages; some of these come back, by and by. So it goes `rounds` times.
function short_of_memory(rounds,    i, was)
{
	was = pid
	for (i = 1; i <= rounds; i++) {
		switch_to(6)
		actor("kswapd_wake", "")
		zone_state(600 - 40 * i, i)
		freed = 0
		page_out(was, 3 * i, 1)
		page_out(was, 3 * i + 1, 2)
		page_row("keep", 33, "file", "", "", i, "", "locked")
		page_row("drop", 34, "file", "", "", i, "", "")
		freed++
		page_row("deactivate", 35, "anon", was, 134742016, "", "", "")
		actor("kswapd_sleep", freed)
		zone_state(603 - 40 * i, i)
		switch_to(was)
		if (i % 3 == 0) {
			actor("direct", 0)
			page_row("activate", 36, "anon", was, 134746112, "", "", "referenced")
			page_row("keep", 37, "shmem", "", "", i, "", "dirty")
			freed = 0
			page_out(was, 100 + i, 3)
			actor("direct_end", freed)
		}
		page_in(3 * i)
		if (i > 4)
			page_in(3 * (i - 4) + 1)
	}
}

function page_out(owner, slot, frame,    at)
{
	at = 134742016 + 4096 * slot
	page_row("swap_out", frame, "anon", owner, at, "", slot, "")
	page_row("write", frame, "anon", owner, at, "", slot, "")
	disk_row("w,swap_out", slot)
	page_row("drop", frame, "anon", owner, at, "", slot, "")
	freed++
}

function page_in(slot)
{
	page_row("swap_in", 40 + slot, "anon", "", "", "", slot, "")
	disk_row("r,swap_in", slot)
}

function disk_row(what, slot)
{
	now += 500
	put("io", whole(now) "," whole(now - 400) "," whole(now - 300) ",1000,900," pid ",0x00000300," 8 * slot ",8,1," \
	    what "," ++disk_commands ",1,0")
	count["kernel.io_done"]++
}

# A page of frame `frame` above 16 MiB; `slot` of area 0, and `in_file` a page of inode 77, or empty.
function page_row(event, frame, kind, owner, at, in_file, slot, reason)
{
	if (event ~ /^(keep|activate|drop)$/)
		count["kernel.pgscan_direct"]++
	count["kernel.pgsteal_direct"] += event == "drop"
	count["kernel.pgactivate"] += event == "activate"
	count["kernel.pgdeactivate"] += event == "deactivate"
	count["kernel.pswpin"] += event == "swap_in"
	count["kernel.pswpout"] += event == "write"
	put("reclaim", whole(++now) "," event "," pid ",0,Normal," to_hex(16777216 + 4096 * frame) "," kind "," owner "," \
	    (at == "" ? "" : to_hex(at)) "," (in_file == "" ? ",," : "0x00000301,77," in_file) "," \
	    (slot == "" ? "" : "0:" slot) "," reason ",,,,,,,,,,,")
}

function actor(event, value)
{
	count["kernel.pageoutrun"] += event == "kswapd_wake"
	count["kernel.allocstall"] += event == "direct"
	put("reclaim", whole(++now) "," event "," pid ",0,,,,,,,,,,," value ",,,,,,,,,,")
}

function zone_state(free, swap_used)
{
	put("reclaim", whole(++now) ",state," pid ",0,Normal,,,,,,,,,,," free ",200,250,300,1000,800,600,400,0," swap_used)
}

# A task's directory is at 4 MiB + 4 KiB times its pid.
function start_task(new, name, parent,    k, part)
{
	kernel_work(60)
	put("tasks", whole(++now) ",0,fork," new "," new "," to_hex(cr3_of(new)) "," name)
	task[new] = name
	for (k in frame) {
		split(k, part, SUBSEP)
		if (part[1] == parent && part[2] < 786432) {
			frame[new, part[2]] = frame[k]
			writable[new, part[2]] = writable[k] = 0
			shared[new, part[2]] = shared[k] = 1
		}
	}
	inherit_areas(new, parent)
	flush_row("flush", "cr3")
	switch_to(new)
}

function inherit_areas(new, parent,    k, n, part, order)
{
	for (k in area) {
		split(k, part, SUBSEP)
		if (part[1] == parent)
			order[++n] = k
	}
	sort(order, n, 1)
	for (k = 1; k <= n; k++) {
		split(order[k], part, SUBSEP)
		map_area(new, part[2], part[3], part[4], area[order[k]])
	}
}

function cr3_of(of)
{
	return of ? 4194304 + of * 4096 : 1044480
}

function exec_task(name)
{
	task[pid] = name
	kernel_work(80)
	put("tasks", whole(now) ",0,exec," pid "," pid "," to_hex(cr3) "," name)
	drop_all()
	flush_row("flush", "cr3")
	forget_space()
	map_area(pid, 32840, 32887, 5, name)
	map_area(pid, 32887, 32896, 3, name)
	map_area(pid, 32896, 32896 + 2600, 3, "[heap]")
	map_area(pid, 751360, 751360 + 200, 1, "/data/a \"quoted\", name")
	map_area(pid, 786400, 786432, 3, "[stack]")
}

# The address space is a new one: its pages were never in a TLB.
function forget_space(    k, part)
{
	for (k in lost) {
		split(k, part, SUBSEP)
		if (part[1] == pid) {
			delete lost[k]
			delete came[k]
		}
	}
}

function map_area(owner, from, to, prot, name)
{
	area[owner, from, to, prot] = name
	put("vmas", whole(++now) ",map," owner "," to_hex(from * 4096) "," to_hex(to * 4096) "," prot ",34,0," csv(name))
}

function drop_all(    k, part)
{
	for (k in area) {
		split(k, part, SUBSEP)
		if (part[1] == pid)
			gone[part[2] "," part[3] "," part[4]] = k
	}
	for (k in gone) {
		split(k, part, ",")
		drop[++drops] = to_hex(part[1] * 4096) "," to_hex(part[2] * 4096) "," part[3] ",34,0," \
				csv(area[gone[k]])
		delete area[gone[k]]
	}
	split("", gone)
	sort(drop, drops, 1)
	for (k = 1; k <= drops; k++)
		put("vmas", whole(++now) ",unmap," pid "," drop[k])
	drops = 0
	for (k in frame) {
		split(k, part, SUBSEP)
		if (part[1] == pid && part[2] < 786432)
			delete frame[k]
	}
}

function stop_task()
{
	kernel_work(40)
	drop_all()
	put("tasks", whole(now) ",0,exit," pid "," pid "," to_hex(cr3) "," task[pid])
}

function switch_to(new)
{
	kernel_work(10)
	cr3 = cr3_of(new)
	now += 40
	flush_row("flush", "cr3")
	pid = new
	now++
	count["kernel.ctxt"]++
	put("tasks", whole(now) ",0,switch," pid "," pid "," to_hex(cr3) "," task[pid])
}

function flush_row(event, reason,    k)
{
	put("tlb", whole(now) ",0,-," event "," reason ",,,,,,,," to_hex(cr3) "," pid ",0xc0101000,,")
	count["flushes"]++
	count["kernel.nr_tlb_flush_mm"] += cr3 == flushed_cr3
	flushed_cr3 = cr3
	for (k in slot)
		if (slot[k] < 786432) {
			lost[pid_of[k], k, slot[k]] = "flushed"
			delete slot[k]
			delete slot_writes[k]
		}
}

# The task works on `pages` pages from `base` on, with loops over its code and stack. (The order in
# which arguments are worked out is not defined, so each random number has its statement.)
function work(base, pages, steps, access, what,    i, page, at, eip)
{
	for (i = 0; i < steps; i++) {
		now += 30 + random(90)
		at = 134512640 + 4096 * int(random(40) * random(40) / 40)
		eip = at + 16 * random(12)
		touch(eip, "x", "u", eip)
		page = what == "file" ? int(i * pages / steps) : i % pages
		if (what != "file" && random(3))
			page = random(pages)
		at = base + 4096 * page + 8 * random(500)
		touch(at, i % 3 ? "r" : access, "u", eip)
		at = random(40)
		if (i % 7 == 0)
			touch(3221225408 - 4096 * int(at * at / 400), "w", "u", eip)
		if (i % 50 == 0)
			kernel_work(3)
	}
}

function kernel_work(steps,    i, at, eip)
{
	for (i = 0; i < steps; i++) {
		now += 20 + random(40)
		eip = 3222274048 + 16 * random(30 * 256)
		touch(eip, "x", "k", eip)
		at = 3223322624 + 4096 * random(900)
		touch(at, "w", "k", eip)
	}
}

# One access: hit, upgrade, fill or fault and fill.
function touch(at, access, mode, eip,    page, k)
{
	page = int(at / 4096)
	k = (access == "x" ? "i" : "d") (page % (access == "x" ? 1024 : 2048))
	if (slot[k] == page && (access != "w" || slot_writes[k]))
		return
	if (page < 786432 && !((pid, page) in frame)) {
		hit_by_fault(page, k, access)
		if (!fault(at, access, mode, eip, 0))
			return
		now++
	} else if (page < 786432 && access == "w" && !writable[pid, page]) {
		if (slot[k] == page) {
			lost[pid, k, page] = "flushed"
			delete slot[k]
		}
		hit_by_fault(page, k, access)
		fault(at, access, mode, eip, 1)
		now++
	}
	if (page >= 786432)
		frame[pid, page] = (page - 786432) * 4096
	enter(page, k, access, mode, eip)
}

# Bochs gives up the page's data entry, or would have.
function hit_by_fault(page, k, access)
{
	if (access != "x" && came[pid, k, page] == count["flushes"])
		came[pid, k, page] = "fault"
}

# What has dropped an entry since it came in.
function dropped(owner, k, page,    since)
{
	since = came[owner, k, page]
	return since == "fault" ? since : owner && since != count["flushes"] ? "cr3" : ""
}

function enter(page, k, access, mode, eip,    event, reason, evicted, write, pte, owner, by)
{
	write = page >= 786432 || writable[pid, page]
	event = "fill"
	owner = page < 786432 ? pid : 0
	if (slot[k] == page) {
		event = "upgrade"
		reason = slot_entry_writes[k] ? "kind" : "entry"
	} else {
		if (slot[k] != "") {
			evicted = to_hex(slot[k] * 4096)
			lost[pid_of[k], k, slot[k]] = "conflict"
		}
		reason = (owner, k, page) in lost ? lost[owner, k, page] : "cold"
		by = reason == "cold" ? "" : dropped(owner, k, page)
		came[owner, k, page] = count["flushes"] + 0
	}
	slot[k] = page
	slot_writes[k] = access == "w"
	slot_entry_writes[k] = write
	pid_of[k] = owner
	pte = frame[pid, page] + 33 + (write ? 66 : 0) + (page < 786432 ? 4 : 256)
	count[event == "fill" ? "fills" : "upgrades"]++
	count[(event == "fill" ? "fills_" : "upgrades_") reason]++
	count["fills_dropped_" by]++
	put("tlb", whole(now) ",0," substr(k, 1, 1) "," event "," reason "," to_hex(page * 4096) "," \
		to_hex(frame[pid, page]) ",4K," access "," mode "," to_hex(pte) ",2+" \
		(reason == "cold" ? 1 : 0) "," to_hex(cr3) "," pid "," to_hex(eip) "," evicted "," by)
}

# A page fault; 0 if it kills the task.
function fault(at, access, mode, eip, present,    page, cause, vma, major, spent)
{
	page = int(at / 4096)
	if (at < 65536)
		cause = "sigsegv"
	else if (present)
		cause = random(5) && shared[pid, page] ? "cow" : "cow_reuse"
	else if (page >= 786400)
		cause = "stack"
	else if (page < 32896)
		cause = page < 32887 ? "file" : "file_cow"
	else
		cause = page >= 751360 ? "file" : access == "w" ? "anon" : "anon_zero"
	vma = cause == "sigsegv" ? "" : page >= 786400 ? "[stack]" : page < 32896 ? task[pid] : \
		page >= 751360 ? "/data/a \"quoted\", name" : "[heap]"
	major = cause == "file" && random(8) == 0
	spent = cost[cause] + random(60) + (major ? 9000 + random(30000) : 0)
	count["walk_faults"]++
	count["kernel.pgfault_" cause]++
	count["faults_cause_" cause]++
	count["faults_major"] += major
	count["kernel.pgmajfault"] += major
	put("faults", whole(now) ",0," to_hex(at) "," to_hex(eip) "," \
		(present + (access == "w" ? 2 : 0) + (mode == "u" ? 4 : 0)) "," access "," mode "," \
		present "," to_hex(cr3) "," pid ",1," cause "," major "," spent "," csv(vma) "," (cause == "anon" ? 128 : 0) ",,")
	now += spent
	if (cause == "sigsegv")
		return 0
	frame[pid, page] = 16777216 + 4096 * (next_frame++ % 20000)
	writable[pid, page] = cause != "file" && cause != "anon_zero"
	shared[pid, page] = 0
	return 1
}

function meta(    i, n, order)
{
	n = split("format,1;bochs,3.0;cpu_model,p3_katmai;memory_mib,128;ips,200000000;" \
		  "command,make trace PROG=demo;dtlb_entries,2048;itlb_entries,1024;" \
		  "host_system,Linux;host_machine,x86_64;tlb_ways,1;compress,none;start,boot;stop,end;events,tlb fault flush;" \
		  "icount_start,0", order, ";")
	put("meta", "key,value")
	for (i = 1; i <= n; i++)
		put("meta", order[i])
	put("meta", "icount_end," whole(now + 1000))
	put("meta", "walks," whole(count["fills"] + count["upgrades"] + count["walk_faults"]))
	n = split("faults_major faults_cause_anon_zero faults_cause_anon faults_cause_file " \
		  "faults_cause_file_cow faults_cause_cow faults_cause_cow_reuse faults_cause_stack " \
		  "faults_cause_sigsegv upgrades_entry upgrades_kind fills_dropped_cr3 fills_dropped_cr4 " \
		  "fills_dropped_cr0 fills_dropped_task fills_dropped_invlpg fills_dropped_fault " \
		  "fills_dropped_emulator fills fills_cold fills_conflict fills_flushed upgrades walk_faults flushes kernel.pgmajfault " \
		  "kernel.pgfault_anon_zero kernel.pgfault_anon kernel.pgfault_file kernel.pgfault_file_cow " \
		  "kernel.pgfault_cow kernel.pgfault_cow_reuse kernel.pgfault_stack kernel.pgfault_sigsegv " \
		  "kernel.pgfault_shared kernel.pgfault_spurious kernel.pgfault_vmalloc_sync kernel.pgfault_fixup " \
		  "kernel.pgfault_sigbus kernel.pgfault_oom kernel.pgfault_migration kernel.io_done kernel.io_failed " \
		  "kernel.pgfault_swap kernel.pgfault_swap_cache kernel.pgscan_kswapd kernel.pgscan_direct " \
		  "kernel.pgsteal_kswapd kernel.pgsteal_direct kernel.pgactivate " \
		  "kernel.pgdeactivate kernel.pswpin kernel.pswpout kernel.allocstall kernel.pageoutrun kernel.oom_kill " \
		  "kernel.warnings kernel.unknown_options " \
		  "kernel.selftest_failures kernel.selftest_skip " \
		  "kernel.ctxt kernel.nr_tlb_flush_page kernel.nr_tlb_flush_mm kernel.nr_tlb_flush_all", \
		  order, " ")
	for (i = 1; i <= n; i++)
		put("meta", order[i] "," whole(count[order[i]]))
	n = split("walks_unresolved accesses_stray hints_bad faults_hint_unmatched invlpgs flushes_emulator pdpte_loads shadow_mismatches faults_cost_unknown", order, " ")
	for (i = 1; i <= n; i++)
		put("meta", order[i] ",0")
	put("meta", "faults," whole(rows["faults"]))
	put("latency", "2000100,irqs_off,7000,0,0xc0100200,0xc0100300")
	put("latency", "2000000,no_resched,60000,0,0xc0100100,0xc0100400")
	put("meta", "irqs_off_max,7000")
	put("meta", "irqs_off_max_eip,0xc0100200")
	put("meta", "irqs_off_max_pid,0")
	put("meta", "no_resched_max_pid,0")
	put("meta", "no_resched_max,60000")
	put("meta", "no_resched_max_eip,0xc0100100")
	n = split("tlb faults tasks vmas marks latency" (pressure ? " io reclaim" : ""), order, " ")
	for (i = 1; i <= n; i++) {
		put("meta", order[i] ".file," order[i] ".csv")
		put("meta", order[i] ".rows," whole(rows[order[i]]))
	}
	put("meta", "stdout.file,stdout.txt")
	put("meta", "stderr.file,stderr.txt")
	printf "" > (dir "/stdout.txt")
	printf "" > (dir "/stderr.txt")
	put("meta", "trace_port_version,1")
	put("meta", "guest,Pagoda 1 (i386)")
	put("meta", "kernel.selftest_pass,3")
	put("meta", "kernel.pgfault," whole(rows["faults"]))
	put("meta", "selftest,ok")
	put("meta", "prog_status,139")
	put("meta", "complete,1")
}
