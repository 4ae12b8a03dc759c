/*
 * slab_report.c - what is printed when an object was misused.
 *
 *   BUG kmalloc-64 (FZPU): Redzone overwritten
 *   0xc1404540-0xc1404543: first byte 0x41 instead of 0xcc
 *   Object 0xc1404500 of 64 bytes, number 3 of 30 in its slab, 12 in use
 *   Allocated in load_names+0x32/0x80 age=4
 *   Freed in drop_names+0x1c/0x40 age=17
 *   Redzone 0xc14044f0: cc cc cc cc ...                 ................
 *   Object  0xc1404500: 5a 5a 5a 5a ...                 ZZZZZZZZZZZZZZZZ
 *   Redzone 0xc1404540: 41 42 43 00                     ABC.
 *
 * Ages are in ticks. Of a large object the lines around the damage are shown.
 */
#include "internal.h"
#include "kernel/kallsyms.h"
#include "kernel/printk.h"
#include "kernel/time.h"

#define LINE_BYTES 16u
#define DUMP_BYTES (6 * LINE_BYTES)
#define LEAKS_MOST 16u /* objects listed by name */
#define LETTERS	   5   /* FZPU and the end */

static const char *letters_of(const struct kmem_cache *cache, char letters[LETTERS])
{
	static const struct {
		unsigned int flag;
		char letter;
	} all[] = {{SLAB_CONSISTENCY_CHECKS, 'F'},
		   {SLAB_RED_ZONE, 'Z'},
		   {SLAB_POISON, 'P'},
		   {SLAB_STORE_USER, 'U'}};
	char *p = letters;

	for (unsigned int i = 0; i < ARRAY_SIZE(all); i++)
		if (cache->flags & all[i].flag)
			*p++ = all[i].letter;
	if (p == letters)
		*p++ = '-';
	*p = '\0';
	return letters;
}

static void print_owner(const char *did, const struct slab_owner *owner)
{
	char where[KSYM_SYMBOL_LEN];

	if (!owner->caller)
		return;
	sprint_symbol(where, sizeof(where), (unsigned long)owner->caller);
	pr_err("%s in %s age=%lu\n", did, where, jiffies - owner->when);
}

static void print_owners(const struct kmem_cache *cache, const void *object)
{
	const struct slab_owners *owners = slab_owners(cache, object);

	if (!(cache->flags & SLAB_STORE_USER))
		return;
	print_owner("Allocated", &owners->alloc);
	print_owner("Freed", &owners->free);
}

static void print_line(const char *label, const u8 *bytes, size_t n)
{
	char hex[3 * LINE_BYTES + 1], text[LINE_BYTES + 1];
	int len = 0;

	for (size_t i = 0; i < n; i++) {
		len += scnprintf(hex + len, sizeof(hex) - (size_t)len, "%02x ", bytes[i]);
		text[i] = bytes[i] >= ' ' && bytes[i] <= '~' ? (char)bytes[i] : '.';
	}
	text[n] = '\0';
	pr_err("%-7s %p: %-48s%s\n", label, bytes, hex, text);
}

static void print_bytes(const char *label, const u8 *from, size_t n)
{
	for (size_t done = 0; done < n; done += LINE_BYTES)
		print_line(label, from + done, min(n - done, (size_t)LINE_BYTES));
}

/* The object between its zones; of a large one the part around `spot`. */
static void dump_object(const struct kmem_cache *cache, const u8 *object, const u8 *spot)
{
	size_t from = 0, left = min(cache->red_left, (size_t)LINE_BYTES);
	size_t right = cache->flags & SLAB_RED_ZONE ? cache->red_end - cache->object_size : 0;

	if (cache->object_size > DUMP_BYTES && spot > object + DUMP_BYTES / 2)
		from = min((size_t)(spot - object), cache->object_size) - DUMP_BYTES / 2;
	from = round_down(from, LINE_BYTES);
	print_bytes("Redzone", object - left, left);
	print_bytes("Object", object + from, min(cache->object_size - from, (size_t)DUMP_BYTES));
	print_bytes("Redzone", object + cache->object_size, right);
}

static void print_place(const struct kmem_cache *cache, const void *object)
{
	const struct slab *slab = page_slab_of(virt_to_page(object));
	size_t offset = (size_t)((const char *)object - slab->objects);

	pr_err("Object %p of %lu bytes, number %lu of %u in its slab, %u in use\n", object,
	       (unsigned long)cache->object_size, (unsigned long)(offset / cache->size), cache->num,
	       slab->in_use);
}

void slab_report(const struct kmem_cache *cache, const void *object,
		 const struct slab_damage *damage)
{
	char letters[LETTERS];

	pr_err("BUG %s (%s): %s\n", cache->name, letters_of(cache, letters), damage->what);
	if (damage->first)
		pr_err("%p-%p: first byte 0x%02x instead of 0x%02x\n", damage->first,
		       damage->end - 1, *damage->first, damage->wanted);
	print_place(cache, object);
	print_owners(cache, object);
	dump_object(cache, object, damage->first ? damage->first : object);
}

static unsigned int report_leaks_of(const struct kmem_cache *cache, const struct list_head *slabs,
				    unsigned int listed)
{
	const struct slab *slab;

	list_for_each_entry (slab, slabs, list) {
		for (unsigned int i = 0; i < cache->num && listed < LEAKS_MOST; i++) {
			const char *object = slab->objects + i * cache->size;

			if (slab->next[i] != SLAB_IN_USE)
				continue;
			listed++;
			pr_err("Object %p\n", object);
			print_owners(cache, object);
		}
	}
	return listed;
}

void slab_report_leaks(struct kmem_cache *cache)
{
	char letters[LETTERS];
	unsigned int listed;
	unsigned long flags;

	spin_lock_irqsave(&cache->lock, flags);
	pr_err("BUG %s (%s): Objects remaining in %s on kmem_cache_destroy()\n", cache->name,
	       letters_of(cache, letters), cache->name);
	listed = report_leaks_of(cache, &cache->full, 0);
	listed = report_leaks_of(cache, &cache->partial, listed);
	if (listed < cache->in_use)
		pr_err("and %lu more\n", cache->in_use - listed);
	spin_unlock_irqrestore(&cache->lock, flags);
}
