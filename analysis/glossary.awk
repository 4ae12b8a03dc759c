# glossary.awk - the words of the report: what each means, and a link to that from its first use.
#
# After page.awk. gloss() goes over each piece of text before it is put into the page.

BEGIN {
	term("TLB", "TLB", "Translation lookaside buffer: where a processor keeps what it found in the page " \
	     "tables, so that it need not look again. What is said of the TLB here is said of Bochs's.")
	term("direct-mapped", "direct-mapped", "A TLB in which each page has one place only: its page number " \
	     "modulo the number of entries. Pages a multiple of that apart cannot both be in it. (The " \
	     "<em>direct map</em> is something else.)")
	term("walk", "[Ww]alk(s|ed)?", "The processor reads the page tables for an address: one entry of the page " \
	     "directory and, for a page of 4 KiB, one of a page table. It ends in a fill, an upgrade or a page fault.")
	term("fill", "[Ff]ills?", "A walk brings an entry into the TLB that was not there. Its reason is " \
	     "<em>cold</em>, <em>conflict</em> or <em>flushed</em>.")
	term("miss", "[Mm]iss(es|ed)?", "An access for which the TLB was no use: a fill, or an upgrade that a CPU " \
	     "would need too.")
	term("cold", "[Cc]old", "Reason of a fill: the first one of this page in this address space. A larger " \
	     "TLB would not have saved it.")
	term("conflict", "[Cc]onflicts?", "Reason of a fill: the page was in the TLB, and another page has taken its " \
	     "place since. In a direct-mapped TLB that happens while other entries are free. It happens, " \
	     "too, when more pages are in use than there are entries: what textbooks call <em>capacity</em> " \
	     "misses is counted here. On a CPU, whose TLB has another size and several places for each " \
	     "page, the count would be another.")
	term("eviction", "evict(s|ed|ion|ions)?", "A page loses its entry to another page that is filled. When it is " \
	     "used again, that is a fill by conflict.")
	term("flushed", "[Ff]lushed", "Reason of a fill: the page was in the TLB, and its entry was dropped: by a " \
	     "flush, an INVLPG or a page fault on that page.")
	term("flush", "[Ff]lush(es)?", "All entries are dropped at once: by a load of CR3 (a switch of address " \
	     "space), which spares global pages such as the kernel's, or by a change of CR0 or CR4, which spares none.")
	term("invlpg", "invlpg|INVLPG", "The instruction that drops the entry of one page, after its page-table " \
	     "entry has been changed.")
	term("upgrade", "[Uu]pgrades?", "The page is in the TLB, but its entry does not permit the access (a write, " \
	     "say, where writing was forbidden until now): a walk replaces it.")
	term("kind", "kind", "An upgrade of Bochs's own: its entry knows only the kinds of access (read or write, by " \
	     "the program or the kernel) that it was filled for. A CPU would have asked for nothing, " \
	     "so these are told apart and are no misses.")
	term("page fault", "[Pp]age faults?", "The page tables do not permit an access. The processor calls the kernel, " \
	     "which provides the page, copies it, grows the stack, or ends the program.")
	term("major", "[Mm]ajor", "A page fault that waits for a disk.")
	term("minor", "minor", "A page fault that does not: the page was in memory, or was made there.")
	term("anonymous", "anonymous", "Memory with no file behind it: heap, stack, what <code>malloc</code> takes.")
	term("zero page", "zero page", "The one frame of zeros that stands for every anonymous page which has been " \
	     "read but not yet written.")
	term("copy on write", "cow|COW|copy on write", "COW. After a fork, parent and child share their frames, " \
	     "write-protected. The first to write to one faults and gets a copy; the last owner just gets it back.")
	term("direct map", "direct map", "Where the kernel sees all of low memory at once: frame n lies n pages above " \
	     "0xc0000000. Most of the kernel's own data is used through it.")
	term("vmalloc", "vmalloc", "Addresses at which the kernel maps scattered frames one behind the other: here, " \
	     "among others, the stacks that it runs on for each task.")
	term("area", "[Aa]reas?", "A stretch of addresses that are mapped in one way: a line of " \
	     "<code>/proc/PID/maps</code>.")
	term("mark", "mark(s|ed)?", "A name that kernel or program (by <code>/proc/trace_mark</code>) put into the " \
	     "recording. A phase begins.")
	term("phase", "[Pp]hases?", "What lies between one mark and the next.")
	term("instructions", "[Ii]nstructions?", "The measure of time: instructions that the guest has executed, " \
	     "not cycles. A miss, or a wait for the disk, takes no more of them than a hit.")
	term("rounds", "rounds?", "A <code>rep</code> instruction does the same again and again. Bochs counts each round " \
	     "of some (<code>rep stos</code>, which clears a page) and all rounds of others together " \
	     "(<code>rep movs</code>, which copies one). Where costs are compared, each such instruction is counted once.")
}

# A word, what it looks like in a text (a regular expression) and what it means (HTML).
function term(word, looks, text)
{
	term_word[++terms] = word
	term_looks[terms] = looks
	term_text[terms] = text
}

function term_id(word)
{
	gsub(/ /, "-", word)
	return "term-" word
}

# The text (HTML) with a link at each word that the page has not used before.
function gloss(html,    i, from, before)
{
	for (i = 1; i <= terms; i++) {
		if (term_used[i] || !match(html, "(^|[^A-Za-z_-])(" term_looks[i] ")([^A-Za-z_-]|$)"))
			continue
		from = RSTART + (substr(html, RSTART, 1) !~ /[A-Za-z]/)
		before = substr(html, 1, from - 1)
		html = substr(html, from)
		match(html, term_looks[i])
		if (term_outside(before)) {
			term_used[i] = 1
			html = "<a class=\"term\" href=\"#" term_id(term_word[i]) "\">" substr(html, 1, RLENGTH) "</a>" \
				substr(html, RLENGTH + 1)
		}
		html = before html
	}
	return html
}

# Is what follows this piece of HTML in no tag, no link and no program text?
function term_outside(before)
{
	return gsub(/</, "<", before) == gsub(/>/, ">", before) && \
		gsub(/<a /, "<a ", before) == gsub(/<\/a>/, "</a>", before) && \
		gsub(/<code>/, "<code>", before) == gsub(/<\/code>/, "</code>", before)
}

function glossary(    i)
{
	section("glossary", "Glossary", "")
	put("<dl>")
	for (i = 1; i <= terms; i++)
		put("<dt id=\"" term_id(term_word[i]) "\">" term_word[i] "</dt><dd>" term_text[i] "</dd>")
	put("</dl></section>")
}

# What the report is about, before the first figure.
function opening()
{
	put("<p class=\"opening\" id=\"tlb\">" gloss("<strong>The TLB of this recording is Bochs&rsquo;s, not a real " \
	    "processor&rsquo;s.</strong> It is a table in the emulator that saves it walks through the page tables: " \
	    opening_entries("dtlb_entries", 2048) " entries for data and " opening_entries("itlb_entries", 1024) \
	    " for instructions, of one level, direct-mapped: a page can only be in one place, and evicts what is there. An " \
	    "entry serves the kinds of access that it was filled for. A real one has another size " \
	    "(a Pentium III&rsquo;s: 64 and 32), several places for each page, often two levels, and newer " \
	    "ones tell address spaces apart instead of forgetting them. So page faults and flushes are those that a " \
	    "processor of this model would see of this kernel, and cold fills nearly so. Fills by conflict are this " \
	    "TLB&rsquo;s alone: another page took the place, for whatever reason; what textbooks call capacity " \
	    "misses is among them.") "</p>")
}

function opening_entries(key, usual)
{
	return commas(meta[key] == "" ? usual : meta[key])
}
