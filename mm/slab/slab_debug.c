/*
 * slab_debug.c - caches that catch those who misuse their objects.
 *
 * internal.h draws the layout. What the bytes around and in an object are:
 *
 *                       free            out to a caller
 *   red zones           0xbb            0xcc
 *   object (SLAB_POISON) 6b 6b .. 6b a5  5a 5a .. 5a, then the caller's
 *
 * They are compared whenever the object changes hands: a zone that is not as it
 * should be was overwritten by a neighbour or by the object's user, and poison that
 * changed was written to by somebody who had freed the object. The owner
 * fields say who took the object last and who gave it back.
 *
 * A cache with debugging holds nothing in its per-CPU arrays, so that every
 * allocation and free takes the slow way and comes by here, and caches without
 * it pay nothing. An object with a constructor is not poisoned: it must keep its contents.
 *
 * Chosen by the creator's flags or at boot: slab_debug=<letters>,<cache>,...
 * Letters are Linux's (F Z P U), none means all of them; no cache means all
 * caches, and a name may end in "*".
 */
#include "internal.h"
#include "kernel/cmdline.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "kernel/time.h"

#define OPTION_MAX 128

static struct {
	unsigned int flags;
	const char *names; /* "a,b*", or "" for all */
	char value[OPTION_MAX];
} option;

static unsigned int flag_of_letter(char letter)
{
	switch (letter) {
	case 'F':
		return SLAB_CONSISTENCY_CHECKS;
	case 'Z':
		return SLAB_RED_ZONE;
	case 'P':
		return SLAB_POISON;
	case 'U':
		return SLAB_STORE_USER;
	default:
		return 0;
	}
}

void slab_debug_init(void)
{
	const char *p = option.value;
	bool known = true;

	option.flags = 0;
	if (!cmdline_get("slab_debug", option.value, sizeof(option.value)))
		return;
	if (!*p || *p == ',')
		option.flags = SLAB_DEBUG_FLAGS;
	for (; *p && *p != ','; p++) {
		known &= flag_of_letter(*p) != 0;
		option.flags |= flag_of_letter(*p);
	}
	option.names = *p ? p + 1 : p;
	if (!known)
		cmdline_bad("slab_debug", option.value, "letters of FZPU[,CACHE...]");
}

/* Does the name match one word of the list? */
static bool is_listed(const char *name, const char *list)
{
	size_t length = strlen(name);

	while (*list) {
		const char *end = strchr(list, ',');
		size_t n = end ? (size_t)(end - list) : strlen(list);

		if (n && list[n - 1] == '*' ? strncmp(name, list, n - 1) == 0
					    : n == length && strncmp(name, list, n) == 0)
			return true;
		list += end ? n + 1 : n;
	}
	return false;
}

unsigned int slab_debug_flags(const char *name)
{
	if (!option.flags || (*option.names && !is_listed(name, option.names)))
		return 0;
	return option.flags;
}

void slab_debug_layout(struct kmem_cache *cache)
{
	size_t end = round_up(cache->object_size, sizeof(u32));

	cache->owners = 0;
	cache->red_left = 0;
	if (cache->flags & SLAB_RED_ZONE)
		end = round_up(cache->object_size + RED_ZONE_MIN, sizeof(u32));
	cache->red_end = end;
	if (cache->flags & SLAB_STORE_USER) {
		cache->owners = end;
		end += sizeof(struct slab_owners);
	}
	if (cache->flags & SLAB_RED_ZONE) {
		cache->size = round_up(end + RED_ZONE_MIN, cache->align);
		cache->red_left = cache->size - end;
	} else {
		cache->size = round_up(end, cache->align);
	}
}

struct slab_owners *slab_owners(const struct kmem_cache *cache, const void *object)
{
	return (struct slab_owners *)((char *)object + cache->owners);
}

/* --- writing the bytes --- */

static bool has_red_zones(const struct kmem_cache *cache)
{
	return cache->flags & SLAB_RED_ZONE;
}

static bool is_poisoned(const struct kmem_cache *cache)
{
	return cache->flags & SLAB_POISON;
}

void slab_debug_mark(const struct kmem_cache *cache, void *object, bool out)
{
	u8 *bytes = object;
	int zone = out ? RED_ACTIVE : RED_INACTIVE;

	if (has_red_zones(cache)) {
		memset(bytes - cache->red_left, zone, cache->red_left);
		memset(bytes + cache->object_size, zone, cache->red_end - cache->object_size);
	}
	if (is_poisoned(cache) && !out) {
		memset(bytes, POISON_FREE, cache->object_size - 1);
		bytes[cache->object_size - 1] = POISON_END;
	}
}

void slab_debug_new(const struct kmem_cache *cache, void *object)
{
	slab_debug_mark(cache, object, false);
	if (cache->flags & SLAB_STORE_USER)
		*slab_owners(cache, object) = (struct slab_owners){{NULL, 0}, {NULL, 0}};
}

/* --- comparing them --- */

/* False, and where the damage is, when not all of [from, to) is `byte`. */
static bool all_are(u8 *from, u8 *to, u8 byte, struct slab_damage *damage)
{
	const u32 word = byte * 0x01010101u;

	/* Nearly always all of it is, and it is looked at with interrupts off: by words. */
	while ((unsigned long)from % sizeof(word) == 0 && from + sizeof(word) <= to &&
	       *(const u32 *)from == word)
		from += sizeof(word);
	while (from < to && *from == byte)
		from++;
	if (from == to)
		return true;
	while (to[-1] == byte)
		to--;
	damage->first = from;
	damage->end = to;
	damage->wanted = byte;
	return false;
}

bool slab_debug_intact(const struct kmem_cache *cache, void *object, bool out,
		       struct slab_damage *damage)
{
	u8 *bytes = object, *last = bytes + cache->object_size - 1;
	u8 zone = out ? RED_ACTIVE : RED_INACTIVE;

	damage->what = "Redzone overwritten";
	if (has_red_zones(cache) && (!all_are(bytes - cache->red_left, bytes, zone, damage) ||
				     !all_are(last + 1, bytes + cache->red_end, zone, damage)))
		return false;
	damage->what = "Poison overwritten";
	return !is_poisoned(cache) || out ||
	       (all_are(bytes, last, POISON_FREE, damage) &&
		all_are(last, last + 1, POISON_END, damage));
}

void slab_debug_check(const struct kmem_cache *cache, void *object, bool out)
{
	struct slab_damage damage;

	if (slab_debug_intact(cache, object, out, &damage))
		return;
	slab_report(cache, object, &damage);
	bad_object(cache, object, damage.what);
}

/* --- objects change hands: cache->lock held --- */

void slab_debug_alloc(const struct kmem_cache *cache, void *object, const void *caller)
{
	slab_debug_check(cache, object, false);
	slab_debug_mark(cache, object, true);
	if (is_poisoned(cache))
		memset(object, POISON_INUSE, cache->object_size);
	if (cache->flags & SLAB_STORE_USER)
		slab_owners(cache, object)->alloc = (struct slab_owner){caller, jiffies};
}

void slab_debug_free(const struct kmem_cache *cache, void *object, const void *caller)
{
	slab_debug_check(cache, object, true);
	slab_debug_mark(cache, object, false);
	if (cache->flags & SLAB_STORE_USER)
		slab_owners(cache, object)->free = (struct slab_owner){caller, jiffies};
}
