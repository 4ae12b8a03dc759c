/*
 * ref_hooks.cc - each reference of the guest, for models and refs.csv; only while paging is on.
 *
 * Each instruction is a fetch from its page, or two. Bochs looks the instruction TLB up only when
 * it comes to another page than that of its window, and not even then where it goes on with code
 * that it has decoded before: models of Bochs itself leave out what REF_WINDOW marks.
 */
#include "bochs.h"
#include "cpu/cpu.h"

extern "C" {
#include "refs.h"
}

#include "hooks.h"

#ifdef TLBTRACE_REFS
unsigned char tlbtrace_refs;

void refs_wanted(bool wanted)
{
	tlbtrace_refs = wanted && recorder->refs;
}

static void put_ref(Bit32u lin, unsigned kind)
{
	struct refs *refs = recorder->refs;
	struct models *models = &refs->models;
	const Bit32u page = lin & ~PAGE_MASK;
	bool for_models, for_trace;

	if (!models->windows)
		kind &= ~REF_WINDOW;
	for_models = models->count && !models_again(models, page, kind);
	for_trace = refs->trace && refs->trace->on &&
		    !ref_trace_again(refs->trace, page, kind, *recorder->m.icount, acting_eip(), 1);
	if (!for_models && !for_trace)
		return;
	refs_put(recorder, page, kind, acting_eip(), for_models, for_trace);
	look_for_trouble();
}

static void put_line(Bit32u lin, bx_phy_address phys, bool code)
{
	if (models_line_again(&recorder->refs->models, lin, code))
		return;
	refs_line(recorder, lin, phys, code);
	look_for_trouble();
}

/* The bytes from @lin on lie in one page, but maybe in two lines. */
static void put_lines(Bit32u lin, bx_phy_address phys, unsigned len, bool code)
{
	const Bit32u last = lin + len - 1;

	put_line(lin, phys, code);
	if ((lin ^ last) >> recorder->refs->models.line_shift)
		put_line(last, phys + (last - lin), code);
}

void tlbtrace_data(Bit32u lin, bx_phy_address phy, unsigned len, unsigned rw, unsigned pl,
		   bool window)
{
	const bool user = pl == 4 ? CPU->user_pl : pl == 3;

	put_ref(lin, (rw & 1 ? REF_WRITE : 0) | (user ? REF_USER : 0) | (window ? REF_WINDOW : 0));
	if (recorder->refs->models.line_shift)
		put_lines(lin, phy, len, false);
}

/* Where code lies that Bochs may have decoded long ago. */
static bx_phy_address code_address(Bit32u lin)
{
	const struct tlb_entry *e = tlb_find(&recorder->tlb, TLB_I, lin & ~PAGE_MASK);
	bx_phy_address phys = 0;

	if (e)
		return (bx_phy_address)e->pfn << 12 | (lin & PAGE_MASK);
	CPU->dbg_xlate_linear2phy(lin, &phys);
	return phys;
}

static void fetch_lines(Bit32u lin, unsigned len, bool here)
{
	const Bit32u second = (lin | PAGE_MASK) + 1;
	const unsigned in_first = second - lin < len ? second - lin : len;

	put_lines(lin, here ? CPU->pAddrFetchPage | (lin & PAGE_MASK) : code_address(lin), in_first,
		  true);
	if (len > in_first)
		put_lines(second, code_address(second), len - in_first, true);
}

void tlbtrace_fetch(unsigned len)
{
	const Bit32u eip = CPU->get_eip();
	const Bit32u lin = (Bit32u)CPU->sregs[BX_SEG_REG_CS].cache.u.segment.base + eip;
	const Bit32u second = (lin | PAGE_MASK) + 1; /* the page behind this one */
	const bool split = (lin & PAGE_MASK) + len > PAGE_MASK + 1;
	const bool here = eip + (Bit32u)CPU->eipPageBias < CPU->eipPageWindowSize;
	/* The window is on the second page: it has just been fetched, and the first one before. */
	const bool ahead = split && CPU->eipPageWindowSize &&
			   eip + (second - lin) + (Bit32u)CPU->eipPageBias == 0;
	const unsigned kind = REF_CODE | (CPU->user_pl ? REF_USER : 0);

	put_ref(lin, here || ahead ? kind : kind | REF_WINDOW);
	if (split)
		put_ref(second, ahead ? kind : kind | REF_WINDOW);
	if (recorder->refs->models.line_shift)
		fetch_lines(lin, len, here);
}

/* The second page of an instruction faults: the first one was fetched. */
void refs_fetched_half(Bit32u addr)
{
	const Bit32u start =
		(Bit32u)(CPU->sregs[BX_SEG_REG_CS].cache.u.segment.base + CPU->prev_rip);
	const Bit32u fetching =
		(Bit32u)(CPU->sregs[BX_SEG_REG_CS].cache.u.segment.base + CPU->get_eip());

	if (tlbtrace_refs && addr == fetching && !(addr & PAGE_MASK) && addr - start - 1 < 15)
		put_ref(start, REF_CODE | (CPU->user_pl ? REF_USER : 0));
}

/*
 * Bochs does `rep movs` and `rep stos` of bytes up to the end of a page in one go, and tells
 * nothing of it; the linker puts these in the place of the functions that do it.
 */
static void put_refs(Bit32u lin, unsigned kind, Bit32u count)
{
	if (!count)
		return;
	kind |= CPU->user_pl ? REF_USER : 0;
	put_ref(lin, kind);
	models_repeat(&recorder->refs->models, lin & ~PAGE_MASK, kind, count - 1);
	if (count > 1 && recorder->refs->trace && recorder->refs->trace->on)
		ref_trace_again(recorder->refs->trace, lin & ~PAGE_MASK, kind, *recorder->m.icount,
				acting_eip(), count - 1);
}

/* How many of @count elements begin in the line of @lin. */
static Bit32u in_line(Bit32u lin, Bit32u count, Bit32u size)
{
	const Bit32u last = lin | ((1u << recorder->refs->models.line_shift) - 1);
	const Bit32u fit = (last - lin + size) / size;

	return fit < count ? fit : count;
}

/* Up to two strings side by side, within a page each: as far as both stay in their lines at a time.
 */
static void put_strings(const Bit32u *lin, unsigned strings, Bit32u count, Bit32u size)
{
	struct models *models = &recorder->refs->models;
	bx_phy_address phys[2] = {0, 0};
	Bit32u done, here;
	unsigned i;

	for (i = 0; i < strings; i++)
		CPU->dbg_xlate_linear2phy(lin[i], &phys[i]);
	for (done = 0; done < count; done += here) {
		here = count - done;
		for (i = 0; i < strings; i++)
			here = in_line(lin[i] + done * size, here, size);
		for (i = 0; i < strings; i++) {
			put_line(lin[i] + done * size, phys[i] + done * size, false);
			models_line_repeat(models, false, here - 1);
		}
	}
}

extern "C" {
#define FAST_MOVS _ZN8BX_CPU_C12FastRepMOVSBEjjjjjj
#define FAST_STOS _ZN8BX_CPU_C12FastRepSTOSBEjjhj
Bit32u REAL(FAST_MOVS)(unsigned from_seg, Bit32u from, unsigned to_seg, Bit32u to, Bit32u bytes,
		       Bit32u size);
Bit32u WRAP(FAST_MOVS)(unsigned from_seg, Bit32u from, unsigned to_seg, Bit32u to, Bit32u bytes,
		       Bit32u size);
Bit32u REAL(FAST_STOS)(unsigned seg, Bit32u to, Bit8u value, Bit32u count);
Bit32u WRAP(FAST_STOS)(unsigned seg, Bit32u to, Bit8u value, Bit32u count);

Bit32u WRAP(FAST_MOVS)(unsigned from_seg, Bit32u from, unsigned to_seg, Bit32u to, Bit32u bytes,
		       Bit32u size)
{
	const Bit32u done = REAL(FAST_MOVS)(from_seg, from, to_seg, to, bytes, size) / size;
	const Bit32u lin[2] = {(Bit32u)CPU->sregs[from_seg].cache.u.segment.base + from,
			       (Bit32u)CPU->sregs[to_seg].cache.u.segment.base + to};

	if (!tlbtrace_refs)
		return done * size;
	put_refs(lin[0], 0, done);
	put_refs(lin[1], REF_WRITE, done);
	if (recorder->refs->models.line_shift)
		put_strings(lin, 2, done, size);
	return done * size;
}

Bit32u WRAP(FAST_STOS)(unsigned seg, Bit32u to, Bit8u value, Bit32u count)
{
	const Bit32u done = REAL(FAST_STOS)(seg, to, value, count);
	const Bit32u lin = (Bit32u)CPU->sregs[seg].cache.u.segment.base + to;

	if (!tlbtrace_refs)
		return done;
	put_refs(lin, REF_WRITE, done);
	if (recorder->refs->models.line_shift)
		put_strings(&lin, 1, done, 1);
	return done;
}
}
#else
void refs_wanted(bool)
{
}

void refs_fetched_half(Bit32u)
{
}
#endif
