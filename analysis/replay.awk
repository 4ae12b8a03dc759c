# replay.awk - does tlb.csv tell of a TLB? Its rows are played into a model of the recorded one.
#
# For check_tlb.awk, which calls replay_fill(), replay_flush() and replay_invlpg() on its rows. Needs
# meta[] and `epochs` (the flush rows of tlb.csv). After lib.awk, check_tap.awk and stream.awk, which
# brings the task events and faults between the rows.
#
# The model: two direct-mapped TLBs of 4 KiB pieces. A slot's entry is valid while its stamp is the
# one of its class (global or not): a flush moves stamps and touches no entry. A page fault drops
# the data entry of its page, since Bochs invalidates an entry that forbids the access before it
# walks. What the rows do not tell is worked out:
#
#  - whether CR4.PGE was set, so that a G bit counts: a CR3 flush that keeps global entries says so
#    for all the time between two writes of CR4; where there is none, the write turned it over, or,
#    if that cannot be by a row whose entry has the bit, it did not (a kernel that is not ours may
#    write other bits of CR4 that flush);
#  - which address space a CR3 value means: a new one after each fork and exec that names it;
#  - what came first at one and the same icount: a fault, or a walk of the same instruction. Both
#    are tried.
#
# What the model knows of a page, by TLB, page and space ("d0x08048000 3"): displaced (1: another page
# took its place), in_stamp (its class's stamp when it came in) and single_drop (the INVLPG or fault
# that has hit it since, if no flush came before): the first of all these dropped it, or would have
# if it had still been there. And last_entry, the page-table entry of its last row, which stands until
# something tells the processor to look again.
function replay_init(    i)
{
	for (i = 0; i < 4096; i++) {
		slot_of["d", sprintf("%03x", i)] = "d" i % meta["dtlb_entries"]
		slot_of["i", sprintf("%03x", i)] = "i" i % meta["itlb_entries"]
	}
	stamp[0] = stamp[1] = 1
	spaces = 0
	epochs_read()
}

# epoch_pge[i]: was PGE set after the i-th write of CR4 (0: before the first)?
function epochs_read(    line, F, n, told)
{
	epoch_pge[0] = 0
	while ((getline line < epochs) > 0) {
		split(line, F, ",")
		if (F[5] == "cr4") {
			epoch_pge[++n] = !epoch_pge[n - 1]
			epoch_guessed[n] = 1
			told = 0
		} else if ((F[5] == "cr3" || F[5] == "task") && !told) {
			epoch_pge[n + 0] = F[4] == "flush"
			epoch_guessed[n + 0] = 0
			told = 1
		}
	}
	close(epochs)
	epoch = 0
	pge = epoch_pge[0]
}

# The guess of this epoch is wrong: so are those of the next ones that rest on it.
function epoch_turn(    i)
{
	for (i = epoch; i == epoch || epoch_guessed[i]; i++)
		epoch_pge[i] = !epoch_pge[i]
	epoch_guessed[epoch] = 0
	pge = epoch_pge[epoch]
}

# A fork or exec that names this directory: what comes in it is new.
function replay_space(cr3)
{
	space_number[cr3] = ++spaces
}

function replay_fault(addr, access,    page)
{
	page = page_of(addr)
	looked_again[page] = NR
	if (access == "x")
		return
	model["fault_drops"] += replay_drop(slot_of["d", substr(page, 5, 3)], page)
	replay_hit("d" page, "fault")
}

# Something has hit the page, given with its TLB, in this space or as a global one.
function replay_hit(what, by)
{
	replay_note(what " g", 1, by)
	if (cr3_now in space_number)
		replay_note(what " " space_number[cr3_now], 0, by)
}

function replay_note(key, global, by)
{
	if (key in displaced && in_stamp[key] == stamp[global] && single_drop[key] == "")
		single_drop[key] = by
}

# What dropped a page that is gone, or would have.
function replay_dropped(key, global)
{
	return single_drop[key] != "" ? single_drop[key] : in_stamp[key] == stamp[global] ? "" : \
	       flush_reason[global, in_stamp[key]]
}

# Drops the slot's entry if it is of this page; 1 if it was.
function replay_drop(s, page)
{
	if (entry_page[s] != page || entry_stamp[s] != stamp[entry_global[s] + 0])
		return 0
	entry_stamp[s] = 0
	return 1
}

# What the model expects of the row: event, reason, evicted page and what dropped the page's entry.
# In model_word and model_part: what to count.
function replay_says(s, key, global,    there, reason, by)
{
	there = entry_stamp[s] == stamp[entry_global[s] + 0]
	if (there && entry_page[s] == $6) {
		model_word = "upgrades"
		reason = replay_upgrade(s)
		model_part = "upgrades_" reason
		return "upgrade," reason ",,"
	}
	reason = "cold"
	if (key in displaced) {
		reason = displaced[key] ? "conflict" : "flushed"
		by = replay_dropped(key, global)
	}
	model_word = "fills_" reason
	model_part = "dropped_" by
	return "fill," reason "," (there ? entry_page[s] : "") "," by
}

# Did the page-table entry allow the access when the TLB entry was filled? The directory entry is not
# in the row: it may be the one that did not, but for this kernel it never is.
function replay_upgrade(s,    pte, low)
{
	pte = entry_pte[s]
	low = digit[substr(pte, length(pte))]
	if (($10 == "u" && !bit_of(low, 4)) || ($9 == "w" && \
	    (!bit_of(digit[substr(pte, length(pte) - 1, 1)], 4) || !bit_of(low, 2))))
		return "entry"
	return ours ? "kind" : $5
}

function replay_key(global)
{
	return $3 $6 " " (global ? "g" : space_number[$13])
}

# A fill or upgrade; `bit`: its entry has the G bit.
function replay_fill(bit,    global, key, says, is, s)
{
	global = bit && pge
	if (!($13 in space_number))
		replay_space($13)
	key = replay_key(global)
	s = slot_of[$3, substr($6, 5, 3)]
	is = $4 "," $5 "," $16 "," $17
	says = replay_says(s, key, global)
	while (says != is && stream_fault_now())
		says = replay_says(s, key, global)
	if (says != is && bit && !ours && epoch_guessed[epoch]) {
		if (replay_says(s, replay_key(!global), !global) == is) {
			epoch_turn()
			global = !global
			key = replay_key(global)
		}
		says = replay_says(s, key, global)
	}
	model[model_word]++
	model[model_part]++
	model["evictions"] += index(says, "0x") > 0
	if (says != is)
		wrong_row("replay", "tlb", NR, is ", but a TLB would say " says)
	replay_need(s, key, global)
	if (index(says, "0x") && entry_key[s] in displaced)
		displaced[entry_key[s]] = 1
	if (model_word != "upgrades") { # an upgraded entry may be from before the space got its new name
		displaced[key] = 0
		in_stamp[key] = stamp[global + 0]
		single_drop[key] = ""
	}
	entry_page[s] = $6
	entry_key[s] = key
	entry_global[s] = global
	entry_stamp[s] = stamp[global + 0]
	entry_pte[s] = $11
	entry_can[s] = $9 $10
	if ($8 != "4K") {
		piece_of[$6] = $8
		large[int(hex($6) / 4194304)]
	} else if ($6 in piece_of) {
		delete piece_of[$6]
	}
}

# An upgrade needs an entry that does not permit the access; and the page-table entry is the one of
# the page's last row, with accessed and dirty bits that this walk has set, unless a flush, an
# invlpg or a fault of the page came between.
function replay_need(s, key, global,    can)
{
	can = entry_can[s]
	if ($4 == "upgrade" && entry_page[s] == $6 && (can == "wu" || can == $9 $10 || \
	    (can == "ru" && $9 $10 == "rk") || (can == "wk" && $9 $10 == "rk")))
		wrong_row("need", "tlb", NR, "the entry permitted this access (" can "): " $0)
	if (ours && key in last_entry && last_stamp[key] == stamp[global + 0] && \
	    looked_again[$6] + 0 < last_line[key]) {
		if (last_entry[key] != $11 && !replay_gained(last_entry[key], $11))
			wrong_row("entry", "tlb", NR, "the entry was " last_entry[key] " in line " \
				  last_line[key] ", and nothing was flushed since: " $0)
		else if (last_entry[key] == $11 && substr($12, 3) != "0")
			wrong_row("entry", "tlb", NR, "nothing to write, the entry is as it was: " $0)
	}
	last_entry[key] = $11
	last_stamp[key] = stamp[global + 0]
	last_line[key] = NR
}

# Did the entry only gain accessed and dirty bits (0x20, 0x40), by a walk that wrote?
function replay_gained(old, new,    n, was, is)
{
	n = length(new)
	was = digit[substr(old, n - 1, 1)]
	is = digit[substr(new, n - 1, 1)]
	return substr($12, 3) != "0" && n == length(old) && substr(old, 1, n - 2) == substr(new, 1, n - 2) && \
	       substr(old, n) == substr(new, n) && was % 2 == is % 2 && (was >= 8) == (is >= 8) && \
	       bit_of(was, 2) <= bit_of(is, 2) && bit_of(was, 4) <= bit_of(is, 4)
}

# What the model has counted, "NAME VALUE", into the file `replayed`.
function replay_tell(    s)
{
	for (s in entry_stamp)
		if (entry_stamp[s] == stamp[entry_global[s] + 0])
			model["left_" substr(s, 1, 1)]++
	for (s in model)
		print s, model[s] > replayed
	close(replayed)
}

function replay_flush()
{
	if ($5 == "cr4")
		pge = epoch_pge[++epoch]
	if (($5 == "cr3" || $5 == "task") && ($4 == "flush") != pge)
		wrong_row("replay", "tlb", NR, "others of this time say that CR4.PGE was " \
			  (pge ? "set" : "clear") ": " $0)
	flush_reason[0, stamp[0]++] = $5
	if ($4 == "flush_all")
		flush_reason[1, stamp[1]++] = $5
}

# All 4 KiB pieces of a large page go.
function replay_invlpg(    by, i, piece, first, half)
{
	by = $5 == "emulator" ? "emulator" : "invlpg"
	replay_invalidate($6, by)
	first = hex($6)
	if (!(int(first / 4194304) in large))
		return
	half = int(first % 4194304 / 2097152)
	first -= first % 4194304
	for (i = 0; i < 1024; i++) {
		piece = to_hex(first + i * 4096)
		if (piece in piece_of && (piece_of[piece] != "2M" || int(i / 512) == half))
			replay_invalidate(piece, by)
	}
}

function replay_invalidate(page, by)
{
	looked_again[page] = NR
	replay_drop(slot_of["d", substr(page, 5, 3)], page)
	replay_drop(slot_of["i", substr(page, 5, 3)], page)
	replay_hit("d" page, by)
	replay_hit("i" page, by)
}
