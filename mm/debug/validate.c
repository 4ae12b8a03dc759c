/*
 * validate.c - with `validate` on the command line, counts are compared with what they count, each
 * time that kswapd has done its work and when the machine ends. Who miscounts is found while others
 * sleep in the middle of theirs.
 */
#include "mm/validate.h"
#include "kernel/cmdline.h"
#include "kernel/types.h"
#include "kernel/compiler.h"
#include "mm/rmap.h"
#include "mm/swap.h"
#include "mm/vmstat.h"

static bool asked;

void validate_init(void)
{
	asked = cmdline_has("validate");
}

void validate_if_asked(void)
{
	if (likely(!asked))
		return;
	vmstat_validate();
	rmap_validate();
	swap_validate();
}
