/*
 * shmem_swap.c - pages of shared memory leave memory and come back. See shmem.h.
 *
 * A slot is named by one object only, so its count of entries is 1 as long as the contents are
 * there. A page that comes back gives its slot up at once: others write to it without a fault.
 */
#include "internal.h"
#include "kernel/errno.h"
#include "mm/highmem.h"
#include "reclaim/lru.h"
#include "shmem.h"
#include "swap/internal.h"

#define ANY_TYPE MAX_SWAP_TYPES

static DEFINE_SPINLOCK(shmem_list_lock);
static LIST_HEAD(objects);

void shmem_list(struct shmem_object *object)
{
	spin_lock(&shmem_list_lock);
	list_add_tail(&object->listed, &objects);
	spin_unlock(&shmem_list_lock);
}

void shmem_unlist(struct shmem_object *object)
{
	spin_lock(&shmem_list_lock);
	list_del(&object->listed);
	spin_unlock(&shmem_list_lock);
}

/* Where the page's contents are; false: nowhere. */
static bool find_slot(struct shmem_object *object, unsigned long index, swp_entry_t *entry)
{
	spin_lock(&object->mapping.tree_lock);
	entry->val = (u32)(unsigned long)radix_tree_lookup(&object->swapped, index);
	spin_unlock(&object->mapping.tree_lock);
	return entry->val;
}

static bool note_slot(struct shmem_object *object, unsigned long index, swp_entry_t entry)
{
	int err;

	spin_lock(&object->mapping.tree_lock);
	err = radix_tree_insert(&object->swapped, index, (void *)(unsigned long)entry.val);
	BUG_ON(err == -EEXIST);
	if (!err)
		object->nr_swapped++;
	spin_unlock(&object->mapping.tree_lock);
	return !err;
}

/* The slot is named no more; a page that the swap cache has of it stays there for the moment. */
static void forget_slot(struct shmem_object *object, unsigned long index)
{
	void *item;

	spin_lock(&object->mapping.tree_lock);
	item = radix_tree_delete(&object->swapped, index);
	BUG_ON(!item);
	object->nr_swapped--;
	spin_unlock(&object->mapping.tree_lock);
	swap_area_entries.drop((swp_entry_t){(u32)(unsigned long)item});
}

/* --- out ------------------------------------------------------------------------------------- */

bool shmem_swap_out(struct page *page)
{
	struct shmem_object *object = shmem_of(page->mapping);

	BUG_ON(page_mapcount(page) || !PageUptodate(page) || !PageDirty(page));
	if (!add_to_swap(page))
		return false;
	if (!note_slot(object, page->index, page_swap_entry(page))) {
		delete_from_swap_cache(page);
		SetPageDirty(page);
		return false;
	}
	swap_area_entries.dup(page_swap_entry(page));
	remove_from_page_cache(page);
	SetPageDirty(page);
	return true;
}

/* --- in -------------------------------------------------------------------------------------- */

/*
 * The page of the slot, locked, referenced and in the swap cache. ERR_PTR(-EIO / -ENOMEM), or NULL:
 * it is not there any more, look again. *major: the disk was read.
 */
static struct page *get_swapped(swp_entry_t entry, bool *major)
{
	bool fresh = false;
	struct page *page = swap_cache_read(entry, &fresh);
	long err = 0;

	if (!page || IS_ERR(page))
		return page;
	*major |= fresh;
	lock_page(page);
	if (PageSwapCache(page) && page_swap_entry(page).val == entry.val) {
		/* A read that went wrong earlier is tried again. */
		if (PageUptodate(page) || (!fresh && swap_read_alone(page)))
			return page;
		err = -EIO;
	}
	unlock_page(page);
	put_page(page);
	return err ? ERR_PTR(err) : NULL;
}

static void let_go(struct page *page)
{
	unlock_page(page);
	put_page(page);
}

/* `page` is locked: nobody changes its place in `swapped` meanwhile. */
static int read_slot(struct shmem_object *object, struct page *page, swp_entry_t entry)
{
	bool major = false;
	struct page *from;

	do {
		from = get_swapped(entry, &major);
	} while (!from);
	if (IS_ERR(from))
		return (int)PTR_ERR(from);
	copy_highpage(page, from);
	SetPageDirty(page);
	forget_slot(object, page->index);
	try_to_free_swap(from);
	let_go(from);
	return 0;
}

int shmem_readpage(struct address_space *mapping, struct page *page)
{
	struct shmem_object *object = shmem_of(mapping);
	swp_entry_t entry;

	if (unlikely(object->nr_swapped) && find_slot(object, page->index, &entry))
		return read_slot(object, page, entry);
	clear_highpage(page);
	return 0;
}

/*
 * Out of the swap cache, into the page cache. Locked. False: somebody has taken the page off its
 * list or holds it, or has entered another one, which will be a copy.
 */
static bool change_caches(struct shmem_object *object, unsigned long index, struct page *page,
			  swp_entry_t entry)
{
	swp_entry_t now;
	int err;

	if (!find_slot(object, index, &now) || now.val != entry.val || !lru_isolate(page))
		return false;
	ClearPageActive(page);
	ClearPageUnevictable(page);
	/* What comes from a slot is taken for a process's until it is claimed. */
	page->mapping = NULL;
	err = add_to_page_cache(page, &object->mapping, index);
	page->private = entry.val; /* for the moment it is in both */
	if (err) {
		page->mapping = (struct address_space *)PAGE_MAPPING_ANON;
		lru_add(page);
		return false;
	}
	forget_slot(object, index);
	delete_from_swap_cache(page);
	SetPageDirty(page);
	return true;
}

int shmem_bring_back(struct shmem_object *object, unsigned long index, struct vm_fault *vmf)
{
	struct page *page = NULL;
	bool major = false;
	swp_entry_t entry;

	while (!page) {
		if (!object->nr_swapped || !find_slot(object, index, &entry))
			return 0;
		page = get_swapped(entry, &major);
	}
	if (IS_ERR(page))
		return (int)PTR_ERR(page);
	change_caches(object, index, page, entry);
	let_go(page);
	vmf->swap = true;
	vmf->major = major;
	return 0;
}

/* --- the end, of an object or of an area -------------------------------------------------------
 */

/* The first index from *index on that has a slot, of an area of this type. */
static bool next_of_type(struct shmem_object *object, unsigned int type, unsigned long *index)
{
	swp_entry_t entry = {0};

	spin_lock(&object->mapping.tree_lock);
	do {
		entry.val = (u32)(unsigned long)radix_tree_next(&object->swapped, index);
	} while (entry.val && type != ANY_TYPE && swp_type(entry) != type && ++*index);
	spin_unlock(&object->mapping.tree_lock);
	return entry.val && (type == ANY_TYPE || swp_type(entry) == type);
}

void shmem_drop_slots(struct shmem_object *object)
{
	unsigned long index = 0;

	while (next_of_type(object, ANY_TYPE, &index))
		forget_slot(object, index);
}

static int bring_all_back(struct shmem_object *object, unsigned int type)
{
	unsigned long index = 0;
	struct page *page;

	while (next_of_type(object, type, &index)) {
		page = read_cache_page(&object->mapping, index, NULL);
		if (IS_ERR(page))
			return (int)PTR_ERR(page);
		put_page(page);
		cond_resched();
		if (!may_go_on())
			return -EINTR;
	}
	return 0;
}

/* An object with slots of that type, with a reference; or NULL. */
static struct shmem_object *object_with(unsigned int type)
{
	struct shmem_object *object, *found = NULL;

	spin_lock(&shmem_list_lock);
	list_for_each_entry (object, &objects, listed) {
		unsigned long index = 0;

		/* One whose last reference is gone gives its slots back itself. */
		if (object->nr_swapped && next_of_type(object, type, &index) &&
		    atomic_inc_not_zero(&object->file.count)) {
			found = object;
			break;
		}
	}
	spin_unlock(&shmem_list_lock);
	return found;
}

int shmem_unuse(unsigned int type)
{
	struct shmem_object *object;
	int err = 0;

	while (!err && (object = object_with(type)) != NULL) {
		err = bring_all_back(object, type);
		put_mapped_file(&object->file);
	}
	return err;
}

unsigned long shmem_for_each_entry(void (*fn)(swp_entry_t entry))
{
	struct shmem_object *object;
	unsigned long entries = 0;

	list_for_each_entry (object, &objects, listed) {
		unsigned long index = 0;
		const void *item;

		for (; (item = radix_tree_next(&object->swapped, &index)) != NULL; index++) {
			fn((swp_entry_t){(u32)(unsigned long)item});
			entries++;
		}
	}
	return entries;
}
