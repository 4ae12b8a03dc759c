/*
 * small_guest.h - a guest of a few pages and a recorder for it: for what the plugin reads from a
 * guest's memory. Before the include: MEMORY, the bytes that the guest has.
 */
#ifndef PLUGIN_SMALL_GUEST_H
#define PLUGIN_SMALL_GUEST_H

#include "check.h"
#include "recorder.h"
#include <stdlib.h>

#define BASE 0xc0000000u /* linear address of physical 0 */

static uint8_t memory[MEMORY];
static struct cpu_view cpu; /* as the recorder sees it, but for the icount */
static uint64_t icount, rounds;
static struct recorder *rec;
static const char *guest_options = ""; /* beside the model */

static bool get_view(void *ctx, struct cpu_view *view)
{
	(void)ctx;
	*view = cpu;
	view->icount = icount;
	return true;
}

static void get_tlb(void *ctx, enum tlb_id id, unsigned int index, struct tlb_slot *slot)
{
	(void)ctx;
	(void)id;
	(void)index;
	slot->valid = false;
}

static unsigned int get_phys(void *ctx, uint64_t addr, void *buf, unsigned int len)
{
	(void)ctx;
	if (addr > MEMORY || len > MEMORY - addr)
		return 0;
	memcpy(buf, memory + addr, len);
	return len;
}

/* Whatever directory is loaded, the kernel's half is there. */
static unsigned int get_linear(void *ctx, uint32_t addr, void *buf, unsigned int len)
{
	return get_phys(ctx, addr - BASE, buf, len);
}

static inline void put(uint32_t at, uint32_t value)
{
	memcpy(memory + at, &value, sizeof(value));
}

/* A directory and a table that map all memory at BASE. */
static inline void put_tables(uint32_t directory, uint32_t table)
{
	put(directory + (BASE >> 22) * 4, table | 1);
	for (uint32_t i = 0; i < MEMORY >> 12; i++)
		put(table + 4 * i, i << 12 | 1);
}

static inline void hint(uint32_t op, uint32_t ebx, uint32_t ecx, uint32_t esi)
{
	icount++;
	recorder_hint(rec, &(struct hint){.eax = op, .ebx = ebx, .ecx = ecx, .esi = esi});
}

/* Memory all zero, a processor that has done little, and a recorder; @model: a file, or NULL. */
static inline void guest_begin(const char *model)
{
	static const struct machine m = {NULL,	   get_view, get_tlb, NULL, get_linear,
					 get_phys, &icount,  &rounds, NULL, NULL};
	const char *scratch = getenv("SCRATCH");
	struct options opt;
	char error[512];

	memset(memory, 0, sizeof(memory));
	cpu = (struct cpu_view){.paging = true};
	icount = 100;
	options_init(&opt);
	CHECK(options_parse(&opt, guest_options, error, sizeof(error)));
	snprintf(opt.out, sizeof(opt.out), "%s/out", scratch ? scratch : ".");
	opt.progress = false;
	if (model)
		strcpy(opt.models[opt.model_count++], model);
	rec = calloc(1, sizeof(*rec));
	if (!recorder_open(rec, &opt, &m)) {
		printf("# %s\n", rec->trouble);
		exit(1);
	}
}

/* Ends the run from outside; what a file of the recording has. */
static inline const char *guest_end(const char *name)
{
	static char text[1u << 20];
	char path[OPTION_DIR_MAX + 32];
	FILE *file;
	size_t len;

	rec->signal = 15;
	recorder_close(rec);
	snprintf(path, sizeof(path), "%s/%s", rec->opt.out, name);
	recorder_free(rec);
	free(rec);
	file = fopen(path, "r");
	CHECK(file != NULL);
	len = file ? fread(text, 1, sizeof(text) - 1, file) : 0;
	text[len] = 0;
	if (file)
		fclose(file);
	return text;
}

#endif
