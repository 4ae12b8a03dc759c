# random.awk - makes up rows at random, for the test of build/analysis/thin: each is well formed, and they need not fit.
#
#   mawk -f analysis/lib.awk -f analysis/cases/random.awk -v dir=DIR -v seed=N -v rows=N
BEGIN {
	x = seed * 7919 + 1
	calm = seed % 2 ? 1 : 12 # with an even seed little happens beside the rows, and threads take turns
	split("cr3 cr4 cr0 task emulator invlpg fault", dropper, " ")
	split("r w x", accesses, " ")
	open_tables()
	for (row = 1; row <= rows; row++) {
		now += below(below(10) ? 30 : 3000)
		aside()
		one_row()
	}
}

# 0 .. n - 1; the same in every awk
function below(n)
{
	x = (x * 16807) % 2147483647
	return int(x / 16) % n
}

function open_tables(    i)
{
	now = 1000
	put("tlb", "icount,cpu,tlb,event,reason,page,frame,size,access,mode,pte,walk,cr3,pid,eip,evicted,dropped_by")
	put("tasks", "icount,cpu,event,pid,tgid,cr3,name")
	put("vmas", "icount,event,pid,start,end,prot,flags,offset,name")
	put("marks", "icount,pid,label")
	put("faults", "icount,cpu,addr,eip,error,access,mode,present,cr3,pid,depth,cause,major,cost,vma")
	put("reclaim", "icount,event,pid,node,zone,frame,kind,owner,page,dev,inode,index,slot,reason")
	put("layout", "panel,pid,name,row,rows,first,last")
	put("layout", "1,,kernel,0,7,0xc0000000,0xc0040000\n1,3,c,8,5,0x08000000,0x0803f000\n1,2,b,14,3,0x40000000,0x41fff000\n1,3,c,18,9,0x40000000,0x417ff000")
	for (i = 1; i <= 6; i++)
		put("tasks", now + i ",0,fork," i "," tgid(i) "," to_hex(tgid(i) * 4096) ",t" i)
	put("tasks", now + 7 ",0,fork,123,123,0x0007b000,long")
	put("marks", now + 20 ",1,boot\n" now + 30 ",1,user")
	now += 8
	pid = 3
}

function put(name, text)
{
	print text > (dir "/" name ".csv")
}

function tgid(pid)
{
	return pid == 5 || pid == 6 ? 4 : pid
}

# What happens beside the rows.
function aside(    from, kind)
{
	if (!below(60 / calm))
		pid = below(7) ? (calm > 1 ? 4 + below(3) : 1 + below(6)) : below(2) ? 123 : ""
	if (!below(400))
		put("marks", now ",3,m" below(5))
	if (!below(150 * calm)) {
		kind = below(3)
		put("tasks", now ",0," (kind ? kind == 1 ? "exec" : "exit" : "switch") "," (from = 1 + below(6)) "," tgid(from) \
		    "," to_hex(tgid(from) * 4096) ",t" from)
	}
	if (!below(90 * calm)) {
		from = (below(3) ? 262144 + 64 * below(128) : 32768 + below(60)) * 4096
		kind = below(4)
		put("vmas", now "," (kind > 1 ? "map" : kind ? "unmap" : "change") "," 1 + below(4) "," to_hex(from) "," \
		    to_hex(from + (1 + below(below(2) ? 64 : 4096)) * 4096) "," below(8) ",34,0," (below(3) ? "" : "/lib/x" below(3)))
	}
	if (!below(40 * calm))
		put("reclaim", now "," (below(3) ? "deactivate" : "drop") ",3,0,1," to_hex(below(64) * 4096) ",anon,3,0x08000000,,,,,")
}

# A page: near the last one, of one of the areas, or the kernel's.
function page()
{
	if (below(3))
		at_page = (at_page + below(5) - 1) % 1048576
	else
		at_page = below(4) ? (below(calm) || below(2) ? 32768 + below(48) : 262144 + below(2) * 1024 + below(9000)) : 786432 + below(64)
	return to_hex(at_page * 4096)
}

function one_row(    kind, cr3, place, access, where)
{
	cr3 = to_hex(tgid(pid == "" ? 1 : pid) * 4096)
	place = to_hex((below(3) ? 134512640 : 3222274048) + below(40) * 100)
	kind = below(100)
	if (kind < 3) {
		put("tlb", now ",0,-," (below(4) ? "flush," : "flush_all,") dropper[1 + below(5)] ",,,,,,,," cr3 "," pid "," place ",,")
		return
	}
	where = page()
	if (kind < 6) {
		put("tlb", now ",0,-,invlpg," (below(5) ? "" : "emulator") "," where ",,,,,,," cr3 "," pid "," place ",,")
		return
	}
	access = accesses[1 + below(3)]
	kind = below(8)
	put("tlb", now ",0," (access == "x" ? "i" : "d") "," \
	    (kind ? kind == 1 ? "upgrade,entry" : kind == 2 ? "upgrade,kind" : kind == 3 ? "fill,cold" : \
	     kind < 6 ? "fill,flushed" : "fill,conflict" : "fill,conflict") "," where "," \
	    to_hex((below(9) ? at_page % 64 : below(64)) * 4096) "," (below(9) ? "4K" : below(2) ? "4M" : "2M") "," access "," \
	    (where >= "0xc" ? "k" : "u") "," to_hex((at_page % 64) * 4096 + (below(where >= "0xc" ? 2 : 40) ? 103 : 359)) \
	    ",2+" below(3) "," cr3 "," pid "," place "," (kind != 3 && below(2) ? page() : "") "," \
	    (kind == 0 || kind > 3 ? dropper[1 + below(20)] : ""))
}
