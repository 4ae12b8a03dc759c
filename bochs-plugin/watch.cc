/*
 * watch.cc - accesses to memory, as check=stale has to be told of them.
 *
 * Bochs calls tlbtrace_access only where tlbtrace_watch says so; what a `rep` asks once for each
 * page always comes by here.
 */
#include "bochs.h"
#include "cpu/cpu.h"

#include "hooks.h"

unsigned char tlbtrace_watch;

/* What check=stale has to be told of: all writes, for it looks which are to page tables; and what
 * uses of pages there are while some are suspect. */
void watch_adjust(void)
{
	tlbtrace_watch = 0;
	if (!CPU->cr0.get_PG())
		return;
	tlbtrace_watch = TLBTRACE_WRITES;
	if (stale_suspects(recorder->stale))
		tlbtrace_watch |= TLBTRACE_READS;
	if (stale_unsettled(recorder->stale) || stale_fetchable(recorder->stale))
		tlbtrace_pending = 1;
}

/* The instruction about to be executed. */
void watch_fetch(void)
{
	if (recorder->stale && CPU->cr0.get_PG() && !CPU->in_smm)
		recorder_fetch(
			recorder,
			(Bit32u)(CPU->sregs[BX_SEG_REG_CS].cache.u.segment.base + CPU->get_eip()),
			CPU->sregs[BX_SEG_REG_CS].selector.rpl == 3);
}

void tlbtrace_access(bx_address lin, bx_phy_address phy, unsigned len, unsigned rw)
{
	if (!recorder || CPU->in_smm)
		return;
	if (recorder_access(recorder, (Bit32u)lin, phy, len, rw & 1))
		look_for_trouble();
}

/*
 * A `rep` that Bochs does in one go asks where its data lies on the host, and tells of no access.
 * How far it will go in the page is not known yet, so a write may be anywhere there.
 */
extern "C" {
#define V2H_READ  _ZN8BX_CPU_C13v2h_read_byteEmb
#define V2H_WRITE _ZN8BX_CPU_C14v2h_write_byteEmb
Bit8u *REAL(V2H_READ)(bx_address lin, bool user);
Bit8u *REAL(V2H_WRITE)(bx_address lin, bool user);
Bit8u *WRAP(V2H_READ)(bx_address lin, bool user);
Bit8u *WRAP(V2H_WRITE)(bx_address lin, bool user);

static void in_one_go(bx_address lin, unsigned rw)
{
	const bx_phy_address frame = CPU->DTLB.get_entry_of(lin)->ppf;

	tlbtrace_access(lin, frame, 4096, rw);
}

Bit8u *WRAP(V2H_READ)(bx_address lin, bool user)
{
	Bit8u *host = REAL(V2H_READ)(lin, user);

	if (host && (tlbtrace_watch & TLBTRACE_READS))
		in_one_go(lin, BX_READ);
	return host;
}

Bit8u *WRAP(V2H_WRITE)(bx_address lin, bool user)
{
	Bit8u *host = REAL(V2H_WRITE)(lin, user);

	if (host && (tlbtrace_watch & TLBTRACE_WRITES))
		in_one_go(lin, BX_WRITE);
	return host;
}
}
