/*
 * futex.c - sleeping on a word of user memory until somebody says it changed.
 *
 * Sleepers stand in a hash table by what their word is: the address in its
 * address space, or, when memory is shared between processes, the place in the
 * file that is mapped there. A sleeper holds that file, so that its key means
 * the same when it wakes, whatever has been unmapped meanwhile. To compare the
 * word and to enter the table is one step under the lock of the bucket.
 *
 * Locks: mmap_sem (get_key) is taken and dropped before a bucket's; a bucket's
 * is a spinlock, the lower address first where there are two. Nothing that may
 * sleep is done under it: the last reference to a file is put after it.
 */
#include "sched/futex.h"
#include "i386/uaccess.h"
#include "kernel/errno.h"
#include "kernel/list.h"
#include "kernel/wait.h"
#include "mm/mmap.h"
#include "sched/sched.h"
#include "proc/syscall.h"
#include "sched/timer.h"

#define FUTEX_WAIT	     0
#define FUTEX_WAKE	     1
#define FUTEX_REQUEUE	     3
#define FUTEX_CMP_REQUEUE    4
#define FUTEX_WAIT_BITSET    9
#define FUTEX_WAKE_BITSET    10
#define FUTEX_PRIVATE_FLAG   128u
#define FUTEX_CLOCK_REALTIME 256u
#define FUTEX_OP_MASK	     127u
#define FUTEX_BITSET_ANY     (~0u)

#define FUTEX_BUCKETS 64
#define REQUEUE_BATCH 16

struct futex_key {
	const void *space;	  /* mm_struct, or address_space of the file */
	u64 word;		  /* address / offset in the file */
	struct mapped_file *file; /* held, so that `space` means the same while somebody sleeps */
};

struct futex_bucket {
	spinlock_t lock;
	struct list_head waiters;
};

/* On the sleeper's stack: all of it belongs to the lock of its bucket. */
struct futex_waiter {
	struct list_head node; /* an empty list of its own once woken */
	struct futex_bucket *bucket;
	struct futex_key key;
	struct task_struct *task;
	u32 bitset;
};

struct futex_wait {
	u32 addr, value, bitset;
	bool private, limited;
	unsigned long until; /* jiffies, when limited */
};

static struct futex_bucket buckets[FUTEX_BUCKETS];

static struct futex_bucket *bucket_of(const struct futex_key *key)
{
	u32 hash = (u32)key->space / 32 + (u32)(key->word >> 32) + (u32)key->word / 4;
	struct futex_bucket *bucket = &buckets[hash % FUTEX_BUCKETS];

	if (!bucket->waiters.next) {
		spin_lock_init(&bucket->lock, "futex");
		INIT_LIST_HEAD(&bucket->waiters);
	}
	return bucket;
}

static bool same_key(const struct futex_key *a, const struct futex_key *b)
{
	return a->space == b->space && a->word == b->word;
}

static void put_key(struct futex_key *key)
{
	if (key->file)
		put_mapped_file(key->file);
}

/*
 * Finds out what the word is, and holds on to it. A word of the current address
 * space needs no hold: whoever sleeps on it runs there. 0, -EINVAL (not aligned)
 * or -EFAULT. May sleep.
 */
static int get_key(struct futex_key *key, u32 addr, bool private)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	int err = 0;

	if (addr % sizeof(u32))
		return -EINVAL;
	if (!access_ok((void __user *)addr, sizeof(u32)))
		return -EFAULT;
	*key = (struct futex_key){mm, addr, NULL};
	if (private)
		return 0;
	down_read(&mm->mmap_sem);
	vma = find_vma(mm, addr);
	if (!vma || vma->vm_start > addr || !(vma->vm_flags & VM_READ))
		err = -EFAULT;
	else if (vma->vm_flags & VM_MAYSHARE)
		*key = (struct futex_key){vma->vm_file->mapping,
					  ((u64)vma->vm_pgoff << PAGE_SHIFT) + addr - vma->vm_start,
					  get_mapped_file(vma->vm_file)};
	up_read(&mm->mmap_sem);
	return err;
}

static unsigned int wake_key(const struct futex_key *key, unsigned int most, u32 bitset)
{
	struct futex_bucket *bucket = bucket_of(key);
	struct futex_waiter *waiter, *next;
	unsigned int woken = 0;

	spin_lock(&bucket->lock);
	list_for_each_entry_safe (waiter, next, &bucket->waiters, node) {
		if (woken >= most)
			break;
		if (!same_key(&waiter->key, key) || !(waiter->bitset & bitset))
			continue;
		list_del_init(&waiter->node);
		wake_up_process(waiter->task);
		woken++;
	}
	spin_unlock(&bucket->lock);
	return woken;
}

unsigned int futex_wake(u32 __user *addr, unsigned int most)
{
	struct futex_key key;
	unsigned int woken;

	if (get_key(&key, (u32)addr, false))
		return 0;
	woken = wake_key(&key, most, FUTEX_BITSET_ANY);
	put_key(&key);
	return woken;
}

/* Enters the bucket if the word still has the value, as one step. 0, -EAGAIN or -EFAULT. */
static int enqueue_waiter(struct futex_waiter *waiter, u32 addr, u32 value)
{
	struct futex_bucket *bucket = bucket_of(&waiter->key);
	u32 now;

	for (;;) {
		/* Outside the lock, where its page can be brought in. */
		if (get_user_u32(&now, (u32 __user *)addr))
			return -EFAULT;
		spin_lock(&bucket->lock);
		if (get_user_u32_inatomic(&now, (u32 __user *)addr) == 0)
			break;
		spin_unlock(&bucket->lock);
		if (fatal_signal_pending_current())
			return -EINTR;
	}
	if (now == value) {
		waiter->bucket = bucket;
		list_add_tail(&waiter->node, &bucket->waiters);
	}
	spin_unlock(&bucket->lock);
	return now == value ? 0 : -EAGAIN;
}

/* Leaves the bucket, whichever it is by now; true if somebody else had done it. */
static bool dequeue_waiter(struct futex_waiter *waiter)
{
	struct futex_bucket *bucket;
	bool woken;

	for (;;) {
		bucket = waiter->bucket;
		spin_lock(&bucket->lock);
		if (bucket == waiter->bucket)
			break;
		spin_unlock(&bucket->lock);
	}
	woken = list_empty(&waiter->node);
	list_del_init(&waiter->node);
	spin_unlock(&bucket->lock);
	return woken;
}

/* Ticks that are left; 0 when the time is over, -1 when there is no limit. */
static long ticks_left(const struct futex_wait *wait)
{
	long left = (long)(wait->until - jiffies);

	return !wait->limited ? -1 : max(left, 0l);
}

/* Sleeps while the word has the value. */
static long futex_wait(const struct futex_wait *wait)
{
	struct futex_waiter waiter = {.task = current, .bitset = wait->bitset};
	long ret;

	if (!wait->bitset)
		return -EINVAL;
	ret = get_key(&waiter.key, wait->addr, wait->private);
	if (ret)
		return ret;
	ret = enqueue_waiter(&waiter, wait->addr, wait->value);
	if (ret)
		goto out;
	for (;;) {
		current->state = TASK_INTERRUPTIBLE;
		if (list_empty(&waiter.node) || ticks_left(wait) == 0 || current->sigpending)
			break;
		schedule_timeout(ticks_left(wait));
	}
	current->state = TASK_RUNNING;
	if (dequeue_waiter(&waiter))
		ret = 0;
	else if (ticks_left(wait) == 0)
		ret = -ETIMEDOUT;
	else if (!wait->limited)
		ret = -ERESTARTSYS;
	else
		ret = -ERESTART_RESTARTBLOCK;
out:
	put_key(&waiter.key);
	return ret;
}

/* The same, and remembers how to go on after a signal that has no handler. */
static long futex_wait_restartable(const struct futex_wait *wait)
{
	struct restart_block *restart = &current->restart;
	long ret = futex_wait(wait);

	if (ret == -ERESTART_RESTARTBLOCK) {
		restart->fn = futex_wait_restart;
		restart->until = wait->until;
		restart->futex.addr = wait->addr;
		restart->futex.value = wait->value;
		restart->futex.bitset = wait->bitset;
		restart->futex.private = wait->private;
	}
	return ret;
}

long futex_wait_restart(void)
{
	const struct restart_block *restart = &current->restart;

	return futex_wait_restartable(&(struct futex_wait){
		.addr = restart->futex.addr,
		.value = restart->futex.value,
		.bitset = restart->futex.bitset,
		.private = restart->futex.private,
		.limited = true,
		.until = restart->until,
	});
}

/* Two buckets are locked in the order of their addresses. */
static void lock_two(struct futex_bucket *a, struct futex_bucket *b)
{
	spin_lock(a < b ? &a->lock : &b->lock);
	if (a != b)
		spin_lock(a < b ? &b->lock : &a->lock);
}

static void unlock_two(struct futex_bucket *a, struct futex_bucket *b)
{
	spin_unlock(&a->lock);
	if (a != b)
		spin_unlock(&b->lock);
}

/*
 * Moves up to `most` waiters from one word to another, REQUEUE_BATCH at most: a
 * moved one holds the new key's file, and the old one's is let go only when the
 * buckets are unlocked. Returns how many.
 */
static unsigned int move_some(const struct futex_key *old, const struct futex_key *new,
			      unsigned int most)
{
	struct futex_bucket *from = bucket_of(old), *to = bucket_of(new);
	struct mapped_file *gone[REQUEUE_BATCH];
	struct futex_waiter *waiter, *next;
	unsigned int moved = 0, i;

	most = min(most, (unsigned int)REQUEUE_BATCH);
	lock_two(from, to);
	list_for_each_entry_safe (waiter, next, &from->waiters, node) {
		if (moved >= most)
			break;
		if (!same_key(&waiter->key, old))
			continue;
		gone[moved++] = waiter->key.file;
		waiter->key = *new;
		if (new->file)
			get_mapped_file(new->file);
		waiter->bucket = to;
		list_move_tail(&waiter->node, &to->waiters);
	}
	unlock_two(from, to);
	for (i = 0; i < moved; i++)
		if (gone[i])
			put_mapped_file(gone[i]);
	return moved;
}

/* How many wait for a word, `most` at most. */
static unsigned int count_waiters(const struct futex_key *key, unsigned int most)
{
	struct futex_bucket *bucket = bucket_of(key);
	struct futex_waiter *waiter;
	unsigned int count = 0;

	spin_lock(&bucket->lock);
	list_for_each_entry (waiter, &bucket->waiters, node) {
		if (count == most)
			break;
		count += same_key(&waiter->key, key);
	}
	spin_unlock(&bucket->lock);
	return count;
}

/* Lets up to `most` waiters for one word wait for another: how many. Those that are to wait for
 * their own word stay where they are, and count. */
static unsigned int move_waiters(const struct futex_key *old, const struct futex_key *new,
				 unsigned int most)
{
	unsigned int batch, moved = 0;

	if (same_key(old, new))
		return count_waiters(old, most);
	do {
		batch = move_some(old, new, most - moved);
		moved += batch;
	} while (batch == REQUEUE_BATCH);
	return moved;
}

/* Wakes some, and lets others wait for another word instead: how many of both. Linux counts them so
 * for both forms of the call, whatever its manual says of the one without `expected`. */
static long futex_requeue(u32 from, u32 to, bool private, unsigned int wake, unsigned int move,
			  const u32 *expected)
{
	struct futex_key old, new;
	unsigned int woken;
	u32 now;
	long ret;

	if ((int)wake < 0 || (int)move < 0)
		return -EINVAL;
	ret = get_key(&old, from, private);
	if (ret)
		return ret;
	ret = get_key(&new, to, private);
	if (ret)
		goto out_old;
	ret = expected ? get_user_u32(&now, (u32 __user *)from) : 0;
	if (!ret && expected && now != *expected)
		ret = -EAGAIN;
	if (ret)
		goto out_new;
	woken = wake_key(&old, wake, FUTEX_BITSET_ANY);
	ret = (long)(woken + move_waiters(&old, &new, move));
out_new:
	put_key(&new);
out_old:
	put_key(&old);
	return ret;
}

/* Ticks until an absolute time of a clock; 0 when it has passed. */
static long ticks_until(const struct timespec64 *when, bool realtime)
{
	struct timespec64 now, left;

	if (realtime)
		ktime_get_real_ts(&now);
	else
		ktime_get_ts(&now);
	left = timespec_until(&now, when);
	return timespec_to_ticks(&left);
}

/* FUTEX_WAIT has a duration, FUTEX_WAIT_BITSET a moment, as its timeout. */
static long do_wait(u32 addr, u32 op, u32 value, const struct timespec64 *timeout, u32 bitset)
{
	struct futex_wait wait = {.addr = addr, .value = value, .bitset = bitset};
	long ticks = 0;

	wait.private = op & FUTEX_PRIVATE_FLAG;
	wait.limited = timeout != NULL;
	if (timeout && (op & FUTEX_OP_MASK) == FUTEX_WAIT)
		ticks = timespec_to_ticks(timeout);
	else if (timeout)
		ticks = ticks_until(timeout, op & FUTEX_CLOCK_REALTIME);
	wait.until = jiffies + (unsigned long)ticks;
	return futex_wait_restartable(&wait);
}

static long do_wake(u32 addr, bool private, unsigned int most, u32 bitset)
{
	struct futex_key key;
	long ret = bitset ? get_key(&key, addr, private) : -EINVAL;

	if (ret)
		return ret;
	ret = (long)wake_key(&key, most, bitset);
	put_key(&key);
	return ret;
}

static long do_futex(u32 addr, u32 op, u32 value, const struct timespec64 *timeout, u32 number,
		     u32 addr2, u32 value3)
{
	bool private = op & FUTEX_PRIVATE_FLAG;

	if (timeout && !timespec_valid(timeout))
		return -EINVAL;
	/* A duration is of no clock, as on Linux. */
	if (op & FUTEX_CLOCK_REALTIME && (op & FUTEX_OP_MASK) != FUTEX_WAIT_BITSET)
		return -ENOSYS;
	switch (op & FUTEX_OP_MASK) {
	case FUTEX_WAIT:
		return do_wait(addr, op, value, timeout, FUTEX_BITSET_ANY);
	case FUTEX_WAIT_BITSET:
		return do_wait(addr, op, value, timeout, value3);
	case FUTEX_WAKE:
		return do_wake(addr, private, value, FUTEX_BITSET_ANY);
	case FUTEX_WAKE_BITSET:
		return do_wake(addr, private, value, value3);
	case FUTEX_REQUEUE:
		return futex_requeue(addr, addr2, private, value, number, NULL);
	case FUTEX_CMP_REQUEUE:
		return futex_requeue(addr, addr2, private, value, number, &value3);
	default:
		return -ENOSYS;
	}
}

/* Only the waiting operations have a timeout; for the others the argument is a number. */
static bool has_timeout(u32 op)
{
	op &= FUTEX_OP_MASK;
	return op == FUTEX_WAIT || op == FUTEX_WAIT_BITSET;
}

/* futex(addr, op, value, timeout or number, addr2, value3) */
SYSCALL(futex)
{
	struct timespec64 timeout;
	bool timed = d && has_timeout(b);

	if (timed && get_timespec32(&timeout, d))
		return -EFAULT;
	return do_futex(a, b, c, timed ? &timeout : NULL, d, e, f);
}

SYSCALL(futex_time64)
{
	struct timespec64 timeout;
	bool timed = d && has_timeout(b);

	if (timed && get_timespec64(&timeout, d))
		return -EFAULT;
	return do_futex(a, b, c, timed ? &timeout : NULL, d, e, f);
}
