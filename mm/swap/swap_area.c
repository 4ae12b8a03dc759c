/*
 * swap_area.c - the areas in use: put to use, listed, and a slot of the best one.
 *
 * Slots come from the area of the highest priority that has one; areas of equal priority take
 * turns, slot by slot, so that two disks work side by side.
 */
#include "internal.h"
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/wait.h"
#include "mm/filemap.h"
#include "mm/gfp.h"
#include "mm/highmem.h"
#include "mm/slab.h"
#include "swap/swap_header.h"

#define SLOTS_LOOKED_AT 1024u /* of an area, for one that can be had back */

DEFINE_SPINLOCK(swap_lock);
static DEFINE_MUTEX(swapon_mutex);
static struct swap_area *areas[MAX_SWAPFILES];
static LIST_HEAD(by_prio);  /* highest first */
static int least_prio = -1; /* of areas without one: each new one is below all before it */
/* Of areas that give out slots (swap_lock). */
unsigned long nr_total_slots, nr_free_slots;

struct swap_area *swap_area_find(swp_entry_t entry)
{
	struct swap_area *area = swp_type(entry) < MAX_SWAPFILES ? areas[swp_type(entry)] : NULL;

	return area && swp_offset(entry) < area->map.slots ? area : NULL;
}

struct swap_area *swap_area_of(swp_entry_t entry)
{
	struct swap_area *area = swap_area_find(entry);

	BUG_ON(!area);
	return area;
}

struct swap_area *swap_area_by_type(unsigned int type)
{
	return areas[type];
}

/* Behind those of its priority. */
static void list_by_prio(struct swap_area *area)
{
	struct swap_area *other;

	list_for_each_entry (other, &by_prio, by_prio)
		if (other->prio < area->prio)
			break;
	list_add_tail(&area->by_prio, &other->by_prio);
}

bool swap_slot_alloc(swp_entry_t *entry)
{
	struct swap_area *area;
	unsigned long slot;

	assert_spin_locked(&swap_lock);
	list_for_each_entry (area, &by_prio, by_prio) {
		slot = area->writable ? swap_map_alloc(&area->map) : 0;
		if (!slot)
			continue;
		list_del(&area->by_prio);
		list_by_prio(area);
		nr_free_slots--;
		*entry = swp_entry(area->type, slot);
		return true;
	}
	return false;
}

struct page *swap_page_without_entries(void)
{
	static unsigned long cursor;
	struct swap_area *area;
	struct page *page;

	spin_lock(&swap_lock);
	list_for_each_entry (area, &by_prio, by_prio) {
		if (!area->writable || !area->nrcached)
			continue;
		for (unsigned int i = 0; i < SLOTS_LOOKED_AT; i++) {
			cursor = cursor + 1 < area->map.slots ? cursor + 1 : 1;
			if (area->map.slot[cursor] != SLOT_CACHED)
				continue;
			page = radix_tree_lookup(&area->cache, cursor);
			get_page(page);
			spin_unlock(&swap_lock);
			return page;
		}
	}
	spin_unlock(&swap_lock);
	return NULL;
}

static bool note_freed(struct swap_area *area, unsigned long slot, bool freed)
{
	if (!freed || !area->writable)
		return freed;
	if (area->map.slot[slot] == SLOT_BAD)
		nr_total_slots--;
	else
		nr_free_slots++;
	return true;
}

bool swap_slot_put(swp_entry_t entry)
{
	struct swap_area *area = swap_area_of(entry);

	assert_spin_locked(&swap_lock);
	return note_freed(area, swp_offset(entry), swap_map_put(&area->map, swp_offset(entry)));
}

bool swap_slot_uncache(swp_entry_t entry)
{
	struct swap_area *area = swap_area_of(entry);

	assert_spin_locked(&swap_lock);
	return note_freed(area, swp_offset(entry), swap_map_uncache(&area->map, swp_offset(entry)));
}

bool swap_slot_unwelcome(swp_entry_t entry)
{
	const struct swap_area *area = swap_area_of(entry);

	return nr_free_slots < nr_total_slots / 2 || !area->writable ||
	       swap_map_failed(&area->map, swp_offset(entry));
}

static sector_t extent_sectors(const struct swap_extent *extent)
{
	return (sector_t)extent->pages * (PAGE_SIZE / SECTOR_SIZE);
}

/* Where an extent begins on the whole disk. */
static sector_t on_disk(const struct swap_backing *backing, unsigned int extent)
{
	return backing->bdev->start + backing->extents[extent].sector;
}

/* Have the two a sector in common? Two files have none, unless they are the same one. */
static bool overlap(const struct swap_backing *a, const struct swap_backing *b)
{
	if (blkdev_whole(a->bdev) != blkdev_whole(b->bdev))
		return false;
	if (a->file && b->file)
		return on_disk(a, 0) == on_disk(b, 0);
	for (unsigned int i = 0; i < a->nr_extents; i++)
		for (unsigned int k = 0; k < b->nr_extents; k++)
			if (on_disk(a, i) < on_disk(b, k) + extent_sectors(&b->extents[k]) &&
			    on_disk(b, k) < on_disk(a, i) + extent_sectors(&a->extents[i]))
				return true;
	return false;
}

/* A number for it: -EBUSY, -EPERM. swapon_mutex held. */
static int find_type(const struct swap_backing *backing)
{
	int type = -EPERM;

	for (unsigned int i = MAX_SWAPFILES; i-- > 0;) {
		if (!areas[i])
			type = (int)i;
		else if (overlap(&areas[i]->backing, backing))
			return -EBUSY;
	}
	return type;
}

static int read_header(const struct swap_backing *backing, struct page *page)
{
	return blkdev_rw(backing->bdev, backing->extents[0].sector, page, 0,
			 PAGE_SIZE / SECTOR_SIZE, false);
}

/* The slots that there are, by the header. */
static int map_from_header(struct swap_area *area, const struct swap_header *header)
{
	const char *why;
	int err = swap_header_check(header, area->backing.pages, &why);

	if (err) {
		pr_warn("swapon: %s: %s\n", area->backing.name, why);
		return err;
	}
	err = swap_map_init(&area->map, header->last_page + 1);
	for (u32 i = 0; i < header->nr_badpages && !err; i++)
		err = swap_map_set_bad(&area->map, header->badpages[i]);
	return err;
}

static int map_slots(struct swap_area *area)
{
	struct page *page = alloc_page(GFP_KERNEL);
	int err;

	if (!page)
		return -ENOMEM;
	err = read_header(&area->backing, page);
	if (!err)
		err = map_from_header(area, page_address(page));
	put_page(page);
	return err;
}

static unsigned long good_slots(const struct swap_area *area)
{
	return area->map.slots - area->map.bad;
}

void swap_area_set_writable(struct swap_area *area, bool writable)
{
	unsigned long all = good_slots(area), free = all - area->map.used;

	BUG_ON(area->writable == writable);
	area->writable = writable;
	nr_total_slots += writable ? all : -all;
	nr_free_slots += writable ? free : -free;
}

static void free_area(struct swap_area *area)
{
	swap_map_destroy(&area->map);
	kfree(area);
}

/* swapon_mutex held. */
static int enlist(struct swap_area *area, unsigned int flags)
{
	int type = find_type(&area->backing), err;

	if (type < 0)
		return type;
	err = register_swap_type((unsigned int)type, &swap_area_entries);
	if (err)
		return err;
	spin_lock(&swap_lock);
	area->type = (unsigned int)type;
	area->prio = flags & SWAP_FLAG_PREFER ? (int)(flags & SWAP_FLAG_PRIO_MASK) : --least_prio;
	swap_area_set_writable(area, true);
	areas[type] = area;
	list_by_prio(area);
	spin_unlock(&swap_lock);
	return 0;
}

int swap_area_on(struct swap_backing *backing, unsigned int flags)
{
	struct swap_area *area;
	int err;

	if (flags & ~SWAP_FLAGS_VALID)
		return -EINVAL;
	area = kzalloc(sizeof(*area), GFP_KERNEL);
	if (!area)
		return -ENOMEM;
	area->backing = *backing;
	err = map_slots(area);
	if (!err) {
		mutex_lock(&swapon_mutex);
		err = enlist(area, flags);
		mutex_unlock(&swapon_mutex);
	}
	if (err) {
		free_area(area);
		return err;
	}
	pr_info("Adding %luk swap on %s.  Priority:%d extents:%u\n",
		good_slots(area) * (PAGE_SIZE / 1024), backing->name, area->prio,
		backing->nr_extents);
	return 0;
}

/* The area that begins there gets no more pages. -EINVAL: there is none, or swapoff is at it. */
static struct swap_area *begin_off(const struct block_device *bdev, sector_t sector)
{
	struct swap_area *area, *found = ERR_PTR(-EINVAL);

	mutex_lock(&swapon_mutex);
	spin_lock(&swap_lock);
	list_for_each_entry (area, &by_prio, by_prio)
		if (area->backing.bdev == bdev && area->backing.extents[0].sector == sector &&
		    !area->emptying)
			found = area;
	if (!IS_ERR(found)) {
		found->emptying = true;
		swap_area_set_writable(found, false);
	}
	spin_unlock(&swap_lock);
	mutex_unlock(&swapon_mutex);
	return found;
}

/* Areas without a priority are numbered downwards: one is gone. */
static void close_ranks(const struct swap_area *gone)
{
	struct swap_area *area;

	if (gone->prio >= 0)
		return;
	least_prio++;
	list_for_each_entry (area, &by_prio, by_prio)
		area->prio += area->prio < gone->prio;
}

/* Nothing of it is in use, and so nobody can come to look for it; or it is used as before. */
static void end_off(struct swap_area *area, bool empty)
{
	mutex_lock(&swapon_mutex);
	spin_lock(&swap_lock);
	area->emptying = false;
	if (empty) {
		BUG_ON(area->map.used || area->nrcached);
		list_del(&area->by_prio);
		close_ranks(area);
		areas[area->type] = NULL;
	} else {
		swap_area_set_writable(area, true);
	}
	spin_unlock(&swap_lock);
	if (empty)
		unregister_swap_type(area->type);
	mutex_unlock(&swapon_mutex);
}

/* What is in the area can hardly go anywhere: then it is not even tried. */
static bool has_room(const struct swap_area *area)
{
	return area->map.used <= nr_free_slots + nr_free_pages() + nr_cached_pages();
}

int swap_area_off(const struct block_device *bdev, sector_t sector, struct swap_backing *backing)
{
	struct swap_area *area = begin_off(bdev, sector);
	int err;

	if (IS_ERR(area))
		return (int)PTR_ERR(area);
	err = has_room(area) ? swap_area_empty(area) : -ENOMEM;
	end_off(area, !err);
	if (err)
		return err;
	*backing = area->backing;
	free_area(area);
	return 0;
}

void swap_for_each_area(bool (*fn)(void *arg, const struct swap_area_info *info), void *arg)
{
	bool go_on = true;

	mutex_lock(&swapon_mutex);
	for (unsigned int i = 0; i < MAX_SWAPFILES && go_on; i++) {
		const struct swap_area *area = areas[i];
		struct swap_area_info info;

		if (!area)
			continue;
		info = (struct swap_area_info){.name = area->backing.name,
					       .bdev = area->backing.bdev,
					       .file = area->backing.file,
					       .pages = good_slots(area),
					       .used = area->map.used,
					       .prio = area->prio};
		go_on = fn(arg, &info);
	}
	mutex_unlock(&swapon_mutex);
}
