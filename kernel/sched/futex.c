/*
 * futex.c - sleeping on a word of user memory until somebody says it changed.
 *
 * Sleepers stand in a hash table by what their word is: the address in its
 * address space, or, when memory is shared between processes, the page of the
 * file that lies there. To compare the word and to enter the table is one step,
 * as no other task runs between them (the kernel is not preempted).
 */
#include "sched/futex.h"
#include "i386/uaccess.h"
#include "kernel/errno.h"
#include "kernel/list.h"
#include "kernel/wait.h"
#include "mm/fault.h"
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

struct futex_key {
	const void *space; /* mm_struct or address_space */
	u32 word;	   /* address / offset in the file */
};

struct futex_waiter {
	struct list_head node; /* in its bucket; an empty list of its own once woken */
	struct futex_key key;
	struct task_struct *task;
	u32 bitset;
};

static struct list_head buckets[FUTEX_BUCKETS];

static struct list_head *bucket_of(const struct futex_key *key)
{
	u32 hash = (u32)key->space / 32 + key->word / 4;
	struct list_head *bucket = &buckets[hash % FUTEX_BUCKETS];

	if (!bucket->next)
		INIT_LIST_HEAD(bucket);
	return bucket;
}

static bool same_key(const struct futex_key *a, const struct futex_key *b)
{
	return a->space == b->space && a->word == b->word;
}

/* Finds out what the word is. 0, -EINVAL (not aligned) or -EFAULT. May sleep. */
static int get_key(struct futex_key *key, u32 addr, bool private)
{
	struct page *page;

	if (addr % sizeof(u32))
		return -EINVAL;
	if (!access_ok((void __user *)addr, sizeof(u32)))
		return -EFAULT;
	*key = (struct futex_key){current->mm, addr};
	if (private)
		return 0;
	/* For writing, so that a private page is the process's own. */
	page = get_user_page(current->mm, addr, true);
	if (IS_ERR(page))
		return -EFAULT;
	if (page_mapping(page))
		*key = (struct futex_key){page->mapping,
					  (u32)page->index << PAGE_SHIFT | addr % PAGE_SIZE};
	put_page(page);
	return 0;
}

static unsigned int wake_key(const struct futex_key *key, unsigned int most, u32 bitset)
{
	struct list_head *bucket = bucket_of(key);
	struct futex_waiter *waiter, *next;
	unsigned int woken = 0;

	list_for_each_entry_safe (waiter, next, bucket, node) {
		if (woken >= most)
			break;
		if (!same_key(&waiter->key, key) || !(waiter->bitset & bitset))
			continue;
		list_del_init(&waiter->node);
		wake_up_process(waiter->task);
		woken++;
	}
	return woken;
}

unsigned int futex_wake_private(u32 __user *addr, unsigned int most)
{
	struct futex_key key = {current->mm, (u32)addr};

	return wake_key(&key, most, FUTEX_BITSET_ANY);
}

/* Sleeps while the word has the value. `ticks` < 0: without a limit. */
static long futex_wait(u32 addr, bool private, u32 value, u32 bitset, long ticks)
{
	struct futex_waiter waiter = {.task = current, .bitset = bitset};
	bool limited = ticks >= 0;
	u32 now;
	int err;

	if (!bitset)
		return -EINVAL;
	err = get_key(&waiter.key, addr, private);
	if (!err)
		err = get_user_u32(&now, (u32 __user *)addr);
	if (err)
		return err;
	if (now != value)
		return -EAGAIN;
	list_add_tail(&waiter.node, bucket_of(&waiter.key));
	while (!list_empty(&waiter.node) && ticks != 0 && !current->sigpending) {
		current->state = TASK_INTERRUPTIBLE;
		ticks = schedule_timeout(ticks);
	}
	if (list_empty(&waiter.node))
		return 0;
	list_del(&waiter.node);
	if (ticks == 0)
		return -ETIMEDOUT;
	return limited ? -EINTR : -ERESTARTSYS;
}

/* Wakes some, and lets others wait for another word instead. */
static long futex_requeue(u32 from, u32 to, bool private, unsigned int wake, unsigned int move,
			  const u32 *expected)
{
	struct futex_waiter *waiter, *next;
	struct futex_key old, new;
	unsigned int woken, moved = 0;
	u32 now;
	int err = get_key(&old, from, private);

	if (!err)
		err = get_key(&new, to, private);
	if (!err && expected)
		err = get_user_u32(&now, (u32 __user *)from);
	if (err)
		return err;
	if (expected && now != *expected)
		return -EAGAIN;
	woken = wake_key(&old, wake, FUTEX_BITSET_ANY);
	if (same_key(&old, &new))
		return (long)woken;
	list_for_each_entry_safe (waiter, next, bucket_of(&old), node) {
		if (moved >= move)
			break;
		if (!same_key(&waiter->key, &old))
			continue;
		waiter->key = new;
		list_move_tail(&waiter->node, bucket_of(&new));
		moved++;
	}
	return (long)(woken + (expected ? moved : 0));
}

/* Ticks until an absolute time of a clock; 0 when it has passed. */
static long ticks_until(const struct timespec64 *when, bool realtime)
{
	struct timespec64 now, left;

	if (realtime)
		ktime_get_real_ts(&now);
	else
		ktime_get_ts(&now);
	left.tv_sec = when->tv_sec - now.tv_sec;
	left.tv_nsec = when->tv_nsec - now.tv_nsec;
	if (when->tv_nsec < now.tv_nsec) {
		left.tv_sec--;
		left.tv_nsec += NSEC_PER_SEC;
	}
	return left.tv_sec < 0 ? 0 : timespec_to_ticks(&left);
}

static long do_futex(u32 addr, u32 op, u32 value, const struct timespec64 *timeout, u32 number,
		     u32 addr2, u32 value3)
{
	bool private = op & FUTEX_PRIVATE_FLAG, realtime = op & FUTEX_CLOCK_REALTIME;
	struct futex_key key;
	long ticks = -1;
	int err;

	if (timeout && !timespec_valid(timeout))
		return -EINVAL;
	switch (op & FUTEX_OP_MASK) {
	case FUTEX_WAIT:
		if (timeout)
			ticks = timespec_to_ticks(timeout);
		return futex_wait(addr, private, value, FUTEX_BITSET_ANY, ticks);
	case FUTEX_WAIT_BITSET:
		if (timeout)
			ticks = ticks_until(timeout, realtime);
		return futex_wait(addr, private, value, value3, ticks);
	case FUTEX_WAKE:
	case FUTEX_WAKE_BITSET:
		if ((op & FUTEX_OP_MASK) == FUTEX_WAKE)
			value3 = FUTEX_BITSET_ANY;
		err = value3 ? get_key(&key, addr, private) : -EINVAL;
		return err ? err : (long)wake_key(&key, value, value3);
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
