/*
 * inode.c - the inode cache: one struct inode for each file in use, found by
 * (file system, number).
 *
 *   absent --iget()--> NEW (being read) --> in use <--> unused --> FREEING --> gone
 *
 * An inode whose last reference goes stays cached, with its pages, on the list
 * of unused ones, so that opening it again costs no disk access. It leaves when
 * it has no name any more, when there are too many, or when memory is short; when the disk
 * then fails, it stays and is tried again at the next sync. Who meets
 * an inode that is NEW or FREEING waits for the change and looks again.
 *
 * inode_lock protects hash, lists and state; nothing sleeps under it.
 */
#include "fs/vfs/internal.h"
#include "kernel/list.h"
#include "kernel/string.h"
#include "kernel/time.h"
#include "mm/gfp.h"
#include "mm/shrinker.h"

#define I_HASHED  0x1u
#define I_NEW	  0x2u /* being read from the disk */
#define I_FREEING 0x4u /* being evicted */
#define I_ENDED	  0x8u /* evicted while still open, by vfs_shutdown() */

#define HASH_BITS    8
#define HASH_SIZE    (1u << HASH_BITS)
#define MAX_UNUSED   4096u /* inodes; their pages are bounded by low_memory() */
#define LOW_FRACTION 8	   /* memory is short when less than 1/8 is free */

static struct list_head inode_hash[HASH_SIZE];
static LIST_HEAD(unused_inodes);
static unsigned int nr_unused;
static DEFINE_SPINLOCK(inode_lock);
static DECLARE_WAIT_QUEUE_HEAD(inode_wait); /* for a NEW or FREEING inode */

static struct list_head *hash_chain(const struct fs_super *sb, u32 ino)
{
	return &inode_hash[(ino ^ sb->dev * 31) & (HASH_SIZE - 1)];
}

u32 now_seconds(void)
{
	struct timespec64 ts;

	ktime_get_real_ts(&ts);
	return (u32)ts.tv_sec;
}

void inode_init(struct inode *inode, struct fs_super *sb, u32 ino, u32 mode)
{
	inode->ino = ino;
	inode->dev = sb->dev;
	inode->sb = sb;
	inode->mode = mode;
	inode->nlink = 1;
	atomic_set(&inode->count, 1);
	mutex_init(&inode->lock, "inode");
	address_space_init(&inode->mapping, inode, NULL);
	inode->mapping.dev = sb->dev;
	inode->mapping.ino = ino;
	INIT_LIST_HEAD(&inode->hash);
	INIT_LIST_HEAD(&inode->lru);
	INIT_LIST_HEAD(&inode->sb_node);
}

/* A reference on a cached inode that is in a steady state. inode_lock held. */
static void take_inode(struct inode *inode)
{
	assert_spin_locked(&inode_lock);
	atomic_inc(&inode->count);
	if (!list_empty(&inode->lru)) {
		list_del_init(&inode->lru);
		nr_unused--;
	}
}

struct inode *iget_ref(struct inode *inode)
{
	BUG_ON(atomic_read(&inode->count) <= 0);
	atomic_inc(&inode->count);
	return inode;
}

static struct inode *find_inode(const struct fs_super *sb, u32 ino)
{
	struct inode *inode;

	list_for_each_entry (inode, hash_chain(sb, ino), hash) {
		if (inode->ino == ino && inode->sb == sb)
			return inode;
	}
	return NULL;
}

static void hash_inode(struct inode *inode, u32 state)
{
	assert_spin_locked(&inode_lock);
	inode->state = I_HASHED | state;
	list_add(&inode->hash, hash_chain(inode->sb, inode->ino));
	list_add_tail(&inode->sb_node, &inode->sb->inodes);
}

static void unhash_inode(struct inode *inode)
{
	spin_lock(&inode_lock);
	list_del_init(&inode->hash);
	list_del_init(&inode->sb_node);
	inode->state = 0;
	spin_unlock(&inode_lock);
	wake_up_all(&inode_wait);
}

/* Waits while the cache holds an inode of this number in the given states. */
static void wait_while_state(const struct fs_super *sb, u32 ino, u32 states)
{
	struct inode *inode;

	wait_event(inode_wait, !(inode = find_inode(sb, ino)) || !(inode->state & states));
}

/* Reads a NEW inode; when that fails it leaves the cache again. */
static struct inode *read_new_inode(struct inode *inode)
{
	int err = inode->sb->ops->read_inode(inode);

	if (!err) {
		spin_lock(&inode_lock);
		inode->state &= ~I_NEW;
		spin_unlock(&inode_lock);
		wake_up_all(&inode_wait);
		return inode;
	}
	unhash_inode(inode);
	inode->sb->ops->free_inode(inode);
	return ERR_PTR(err);
}

/*
 * The allocation may sleep, so the cache is searched after it: first for
 * nothing (the common case finds the inode), then with a spare in hand.
 */
struct inode *iget(struct fs_super *sb, u32 ino)
{
	struct inode *inode, *spare = NULL;

	for (;;) {
		spin_lock(&inode_lock);
		inode = find_inode(sb, ino);
		if (inode && !(inode->state & (I_NEW | I_FREEING))) {
			take_inode(inode);
			spin_unlock(&inode_lock);
			break;
		}
		if (!inode && spare) {
			inode_init(spare, sb, ino, 0);
			hash_inode(spare, I_NEW);
			spin_unlock(&inode_lock);
			return read_new_inode(spare);
		}
		spin_unlock(&inode_lock);
		if (inode) {
			wait_while_state(sb, ino, I_NEW | I_FREEING);
		} else {
			spare = sb->ops->alloc_inode(sb);
			if (!spare)
				return ERR_PTR(-ENOMEM);
		}
	}
	if (spare)
		sb->ops->free_inode(spare);
	return inode;
}

int inode_insert(struct inode *inode)
{
	const struct inode *there;

	wait_while_state(inode->sb, inode->ino, I_NEW | I_FREEING);
	spin_lock(&inode_lock);
	there = find_inode(inode->sb, inode->ino);
	if (!there)
		hash_inode(inode, 0);
	spin_unlock(&inode_lock);
	return there ? -EIO : 0;
}

/* An inode that could not be evicted goes to the end of the unused ones. */
static void keep_inode(struct inode *inode)
{
	spin_lock(&inode_lock);
	inode->state &= ~I_FREEING;
	list_add_tail(&inode->lru, &unused_inodes);
	nr_unused++;
	spin_unlock(&inode_lock);
	wake_up_all(&inode_wait);
}

/*
 * Ends an inode that nobody refers to and that is marked FREEING or was never cached.
 * False when the disk would not have it: it stays, and `last` forbids that.
 */
static bool destroy_inode(struct inode *inode, bool last)
{
	int err = 0;

	if (inode->i_op && inode->i_op->evict && !(inode->state & I_ENDED))
		err = inode->i_op->evict(inode, last);
	if (err && !last && inode->state & I_HASHED) {
		keep_inode(inode);
		return false;
	}
	if (inode->state & I_HASHED)
		unhash_inode(inode);
	inode->sb->ops->free_inode(inode);
	return true;
}

/* An unused inode is to be evicted. inode_lock held. */
static void mark_freeing(struct inode *inode)
{
	assert_spin_locked(&inode_lock);
	list_del_init(&inode->lru);
	nr_unused--;
	inode->state |= I_FREEING;
}

/* The inode that is unused longest, marked FREEING; NULL when there is none. */
static struct inode *take_unused(void)
{
	struct inode *inode = NULL;

	spin_lock(&inode_lock);
	if (!list_empty(&unused_inodes)) {
		inode = list_first_entry(&unused_inodes, struct inode, lru);
		mark_freeing(inode);
	}
	spin_unlock(&inode_lock);
	return inode;
}

unsigned int inode_shrink(unsigned int most)
{
	struct inode *inode;
	unsigned int i, done = 0;

	for (i = 0; i < most && (inode = take_unused()); i++)
		done += destroy_inode(inode, false);
	return done;
}

static unsigned long inode_count(struct shrinker *shrinker, struct shrink_control *control)
{
	(void)shrinker;
	(void)control;
	return nr_unused;
}

/*
 * Whoever asks for memory may hold a file system's lock, so nothing is written
 * here: only inodes go whose pages are clean, and the others get to the end of the list.
 */
static unsigned long inode_scan(struct shrinker *shrinker, struct shrink_control *control)
{
	unsigned long i, done = 0;
	struct inode *inode;

	(void)shrinker;
	for (i = 0; i < control->nr_to_scan && (inode = take_unused()); i++) {
		if (mapping_dirty(&inode->mapping))
			keep_inode(inode);
		else
			done += destroy_inode(inode, false);
	}
	return done;
}

static struct shrinker inode_shrinker = {
	.name = "inodes",
	.count_objects = inode_count,
	.scan_objects = inode_scan,
};

void inode_cache_init(void)
{
	unsigned int i;

	for (i = 0; i < HASH_SIZE; i++)
		INIT_LIST_HEAD(&inode_hash[i]);
	register_shrinker(&inode_shrinker);
}

static bool low_memory(void)
{
	return nr_free_pages() < max_pfn / LOW_FRACTION;
}

void iput(struct inode *inode)
{
	if (!inode || !atomic_dec_and_test(&inode->count))
		return;
	spin_lock(&inode_lock);
	if (inode->state & I_HASHED && inode->nlink > 0) {
		list_add_tail(&inode->lru, &unused_inodes);
		nr_unused++;
		spin_unlock(&inode_lock);
		if (nr_unused > MAX_UNUSED || low_memory())
			inode_shrink(2);
		return;
	}
	inode->state |= I_FREEING;
	spin_unlock(&inode_lock);
	destroy_inode(inode, false);
}

/* The cached inode of `sb` that follows `after` (NULL: the first) and is steady, referenced. */
static struct inode *find_steady_inode(struct fs_super *sb, struct inode *after)
{
	struct list_head *node;
	struct inode *inode, *found = NULL;

	spin_lock(&inode_lock);
	for (node = after ? after->sb_node.next : sb->inodes.next; node != &sb->inodes;
	     node = node->next) {
		inode = list_entry(node, struct inode, sb_node);
		if (!(inode->state & (I_NEW | I_FREEING))) {
			take_inode(inode);
			found = inode;
			break;
		}
	}
	spin_unlock(&inode_lock);
	return found;
}

/* The same, and drops the reference on `after`. May sleep. */
static struct inode *next_inode(struct fs_super *sb, struct inode *after)
{
	struct inode *inode = find_steady_inode(sb, after);

	iput(after);
	cond_resched();
	return inode;
}

/* The cached inodes of a file system, each with a reference meanwhile. To the end, without break.
 */
#define for_each_inode(inode, sb) \
	for ((inode) = next_inode((sb), NULL); (inode); (inode) = next_inode((sb), (inode)))

int inodes_sync(struct fs_super *sb)
{
	struct inode *inode;
	int err, first_err = 0;

	for_each_inode(inode, sb)
	{
		err = inode->mapping.nrpages ? filemap_sync(&inode->mapping) : 0;
		if (err && !first_err)
			first_err = err;
	}
	return first_err;
}

unsigned long inodes_drop_clean(struct fs_super *sb)
{
	struct inode *inode;
	unsigned long pages = 0;

	for_each_inode(inode, sb)
	{
		if (inode->mapping.nrpages)
			pages += drop_clean_pages(&inode->mapping);
	}
	return pages;
}

int inodes_drop_nameless(struct fs_super *sb)
{
	struct inode *inode;
	int err, first_err = 0;

	for_each_inode(inode, sb)
	{
		if (inode->nlink > 0 || inode->swapfile || inode->state & I_ENDED)
			continue;
		inode->state |= I_ENDED;
		err = inode->i_op->evict(inode, true);
		if (err && !first_err)
			first_err = err;
	}
	return first_err;
}

/* An unused inode of `sb`, marked FREEING; NULL when there is none. */
static struct inode *take_unused_of(struct fs_super *sb)
{
	struct inode *inode, *found = NULL;

	spin_lock(&inode_lock);
	list_for_each_entry (inode, &sb->inodes, sb_node) {
		if (!list_empty(&inode->lru)) {
			mark_freeing(inode);
			found = inode;
			break;
		}
	}
	spin_unlock(&inode_lock);
	return found;
}

int inodes_evict_all(struct fs_super *sb)
{
	struct inode *inode;

	while ((inode = take_unused_of(sb)))
		destroy_inode(inode, true);
	return list_empty(&sb->inodes) ? 0 : -EBUSY;
}

int inode_setattr(struct inode *inode)
{
	if (inode->sb->read_only)
		return -EROFS;
	return inode->i_op->setattr ? inode->i_op->setattr(inode) : 0;
}
