/*
 * counted.h - Bochs counts what happens to its TLBs, itself, beside the plugin.
 *
 * Only in the flavour `counted` of setup/bochs.sh, where counted.sed puts these
 * calls into Bochs's own paging.cc. They stand where Bochs does the thing, not
 * where the plugin's hooks are, and share no code with it: so equal figures
 * mean something. PAGODA_COUNTS names the file that gets them, "NAME VALUE".
 * What happens before the guest turns paging on is left out, but for Bochs's
 * own statistics (cpustats.h), which know no such thing.
 */
#include <stdio.h>
#include <stdlib.h>

static struct {
	Bit64u walks, faults, upgrades, evictions, flushes_all, flushes, invlpgs;
	Bit64u fills[2]; /* data, instruction */
	Bit64u fault_drops;
	Bit64u misses_unpaged, flushes_unpaged;
	bool weak; /* the walk in work began with an entry that did not permit the access */
	const bx_cpu_statistics *own;
} counted;

static unsigned counted_left(const bx_TLB_entry *entry, unsigned n)
{
	unsigned left = 0;

	while (n--)
		left += entry++->valid();
	return left;
}

static void counted_print(void)
{
	const char *path = getenv("PAGODA_COUNTS");
	FILE *file = path ? fopen(path, "w") : NULL;

	if (!file)
		return;
	const struct {
		const char *name;
		Bit64u value;
	} rows[] = {
		{"walks", counted.walks},
		{"fills", counted.fills[0] + counted.fills[1]},
		{"fills_d", counted.fills[0]},
		{"fills_i", counted.fills[1]},
		{"upgrades", counted.upgrades},
		{"faults", counted.faults},
		{"fault_drops", counted.fault_drops},
		{"evictions", counted.evictions},
		{"flushes", counted.flushes},
		{"flushes_all", counted.flushes_all},
		{"invlpgs", counted.invlpgs},
		{"left_d", counted_left(BX_CPU(0)->DTLB.entry, BX_DTLB_SIZE)},
		{"left_i", counted_left(BX_CPU(0)->ITLB.entry, BX_ITLB_SIZE)},
		{"misses_unpaged", counted.misses_unpaged},
		{"flushes_unpaged", counted.flushes_unpaged},
		{"own_misses", counted.own->tlbMisses},
		{"own_flushes", counted.own->tlbGlobalFlushes + counted.own->tlbNonGlobalFlushes},
	};
	for (const auto &row : rows)
		fprintf(file, "%s %llu\n", row.name, (unsigned long long)row.value);
	fclose(file);
}

static void counted_lookup(const bx_cpu_statistics *own)
{
	if (!counted.own)
		atexit(counted_print);
	counted.own = own;
	counted.weak = false;
}

static void counted_weak(void)
{
	counted.weak = true;
}

static void counted_walk(bool paging)
{
	*(paging ? &counted.walks : &counted.misses_unpaged) += 1;
}

/* The entry is about to be written; what it holds is what gives way. */
static void counted_fill(const bx_TLB_entry *entry, bx_address lpf, bool instruction, bool paging)
{
	if (!paging)
		return;
	if (counted.weak || (entry->valid() && (entry->lpf & ~(bx_address)TLB_NoHostPtr) == lpf)) {
		counted.upgrades++;
	} else {
		counted.fills[instruction]++;
		counted.evictions += entry->valid();
	}
}

static void counted_fault(void)
{
	counted.faults++;
	counted.fault_drops += counted.weak;
}

static void counted_flush(bool all, bool paging)
{
	*(!paging ? &counted.flushes_unpaged : all ? &counted.flushes_all : &counted.flushes) += 1;
}

static void counted_invlpg(bool paging)
{
	counted.invlpgs += paging;
}
