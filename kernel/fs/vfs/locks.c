/*
 * locks.c - advisory locks of files: fcntl()'s record locks and flock().
 *
 * A lock belongs to whoever set it, its owner: a record lock to the process, that is to its table
 * of descriptors, and goes when the process closes any descriptor of the file; one of an open file
 * (F_OFD_*, and flock()'s, which is of the whole file) goes with the open file. Two locks conflict
 * when they overlap, owners differ and one is for writing; record locks do not see those of
 * flock().
 *
 * An inode's locks are one list, in no order. Those of one owner and kind never overlap. Lists
 * change without sleeping, and the kernel is not preempted, so they need no lock; who wants to wait
 * for a change sleeps on lock_wait, and looks at everything again afterwards.
 */
#include "fs/vfs/internal.h"
#include "kernel/list.h"
#include "mm/slab.h"
#include "i386/uaccess.h"
#include "proc/syscall.h"
#include "proc/task.h"

#define F_GETLK	     5
#define F_SETLK	     6
#define F_SETLKW     7
#define F_GETLK64    12
#define F_SETLK64    13
#define F_SETLKW64   14
#define F_OFD_GETLK  36
#define F_OFD_SETLK  37
#define F_OFD_SETLKW 38

#define F_RDLCK 0
#define F_WRLCK 1
#define F_UNLCK 2

#define LOCK_SH 1u
#define LOCK_EX 2u
#define LOCK_NB 4u
#define LOCK_UN 8u

#define OFFSET_MAX   0x7fffffffffffffffll
#define LOCKS_MAX    8192 /* of all files, as nobody is charged for their memory */
#define DEADLOCK_MAX 16	  /* steps from one waiting process to the next */

struct file_lock {
	struct file_lock *next;
	const void *owner; /* files_struct or file */
	pid_t pid;	   /* what F_GETLK says; -1: of an open file */
	int type;	   /* F_RDLCK, F_WRLCK; when asked for, also F_UNLCK */
	bool whole;	   /* flock()'s */
	loff_t start, end; /* first and last byte */
};

/* A process that waits for another's record lock. */
struct lock_waiter {
	struct list_head node;
	const void *owner, *blocker;
	unsigned long seen; /* lock_changes when it looked: after another it is to look again */
};

/* The ABI's structures: with 32-bit offsets, and with 64-bit ones. */
struct flock32 {
	s16 type, whence;
	s32 start, len, pid;
};

struct flock64 {
	s16 type, whence;
	s64 start, len;
	s32 pid;
};

static DECLARE_WAIT_QUEUE_HEAD(lock_wait);
static LIST_HEAD(lock_waiters);
static unsigned long lock_changes; /* counts what waiters might have waited for */
static unsigned int nr_locks;

static void locks_changed(void)
{
	lock_changes++;
	wake_up_all(&lock_wait);
}

static bool overlap(const struct file_lock *a, const struct file_lock *b)
{
	return a->start <= b->end && b->start <= a->end;
}

/* The first lock of somebody else's that stands against `want`, or NULL. */
static const struct file_lock *find_conflict(const struct inode *inode,
					     const struct file_lock *want)
{
	const struct file_lock *lock;

	for (lock = inode->locks; lock; lock = lock->next) {
		if (lock->owner != want->owner && lock->whole == want->whole &&
		    (lock->type == F_WRLCK || want->type == F_WRLCK) && overlap(lock, want))
			break;
	}
	return lock;
}

static struct file_lock *alloc_lock(void)
{
	struct file_lock *lock = nr_locks < LOCKS_MAX ? kmalloc(sizeof(*lock), GFP_KERNEL) : NULL;

	nr_locks += lock != NULL;
	return lock;
}

static void free_lock(struct file_lock *lock)
{
	nr_locks -= lock != NULL;
	kfree(lock);
}

static void add_lock(struct inode *inode, struct file_lock *lock, const struct file_lock *like)
{
	*lock = *like;
	lock->next = inode->locks;
	inode->locks = lock;
}

static void remove_lock(struct file_lock **at)
{
	struct file_lock *lock = *at;

	*at = lock->next;
	free_lock(lock);
}

/* Takes the bytes of `want` away from a lock of the same owner. True: nothing is left of it. */
static bool cut_lock(struct inode *inode, struct file_lock *lock, const struct file_lock *want,
		     struct file_lock **spare)
{
	struct file_lock right = *lock;

	if (lock->start >= want->start && lock->end <= want->end)
		return true;
	if (lock->start < want->start && lock->end > want->end) {
		right.start = want->end + 1;
		add_lock(inode, *spare, &right);
		*spare = NULL;
	}
	if (lock->start < want->start)
		lock->end = want->start - 1;
	else
		lock->start = want->end + 1;
	return false;
}

/*
 * The owner's locks become what `want` says for its bytes; neighbours of one type become one. Uses
 * up to two of the spare locks, and NULLs those.
 */
static void apply_lock(struct inode *inode, struct file_lock *want, struct file_lock *spare[2])
{
	struct file_lock **at = &inode->locks, *lock;
	bool touch, gone;

	while ((lock = *at) != NULL) {
		touch = (u64)lock->end + 1 >= (u64)want->start &&
			(u64)want->end + 1 >= (u64)lock->start;
		if (lock->owner != want->owner || lock->whole != want->whole || !touch) {
			gone = false;
		} else if (lock->type == want->type) {
			want->start = min(want->start, lock->start);
			want->end = max(want->end, lock->end);
			gone = true;
		} else {
			gone = overlap(lock, want) && cut_lock(inode, lock, want, &spare[1]);
		}
		if (gone)
			remove_lock(at);
		else
			at = &lock->next;
	}
	if (want->type != F_UNLCK) {
		add_lock(inode, spare[0], want);
		spare[0] = NULL;
	}
	locks_changed();
}

/* Would `owner` wait for one that waits, perhaps through others, for `owner`? */
static bool would_deadlock(const void *owner, const void *blocker)
{
	const struct lock_waiter *waiter;
	int steps;

	for (steps = 0; steps < DEADLOCK_MAX; steps++) {
		const void *next = NULL;

		list_for_each_entry (waiter, &lock_waiters, node) {
			if (waiter->owner == blocker && waiter->seen == lock_changes)
				next = waiter->blocker;
		}
		if (!next || next == owner)
			return next != NULL;
		blocker = next;
	}
	return false;
}

/* Sleeps until any lock changes: 0, -EDEADLK, -ERESTARTSYS. */
static int wait_for_change(const struct file_lock *want, const void *blocker)
{
	struct lock_waiter waiter = {
		.owner = want->owner, .blocker = blocker, .seen = lock_changes};
	int err;

	if (want->pid < 0)
		return wait_event_interruptible(lock_wait, lock_changes != waiter.seen);
	if (would_deadlock(want->owner, blocker))
		return -EDEADLK;
	list_add(&waiter.node, &lock_waiters);
	err = wait_event_interruptible(lock_wait, lock_changes != waiter.seen);
	list_del(&waiter.node);
	return err;
}

/* Removes the owner's locks of a file: all, or only flock()'s. */
static void drop_locks(struct inode *inode, const void *owner, bool whole)
{
	struct file_lock **at = &inode->locks;
	bool any = false;

	while (*at) {
		if ((*at)->owner == owner && (*at)->whole >= whole) {
			remove_lock(at);
			any = true;
		} else {
			at = &(*at)->next;
		}
	}
	if (any)
		locks_changed();
}

void __locks_remove(struct inode *inode, const void *owner)
{
	drop_locks(inode, owner, false);
}

/*
 * Sets or removes a lock, waiting for others if `wait`. The process may have closed descriptor `fd`
 * meanwhile, and then nobody would remove its record lock any more: -EBADF. 0, or -EAGAIN,
 * -EDEADLK, -ENOLCK, -ERESTARTSYS. Giving up all bytes needs no memory, so it cannot fail for that.
 */
static long set_lock(int fd, struct file *file, struct file_lock *want, bool wait)
{
	bool unlock = want->type == F_UNLCK, all = !want->start && want->end == OFFSET_MAX;
	struct file_lock *spare[2] = {unlock ? NULL : alloc_lock(), all ? NULL : alloc_lock()};
	const struct file_lock *blocker;
	long ret = (spare[0] || unlock) && (spare[1] || all) ? 0 : -ENOLCK;

	while (!ret) {
		blocker = unlock ? NULL : find_conflict(file->inode, want);
		if (files_slot(current->files, (unsigned int)fd) != file) {
			ret = -EBADF;
		} else if (!blocker) {
			apply_lock(file->inode, want, spare);
			break;
		} else {
			/* A conversion gives up the old lock first, or two would wait for each
			 * other's. */
			if (want->whole)
				drop_locks(file->inode, want->owner, true);
			ret = wait ? wait_for_change(want, blocker->owner) : -EAGAIN;
		}
	}
	free_lock(spare[0]);
	free_lock(spare[1]);
	return ret;
}

/* From where l_start counts. */
static loff_t lock_base(const struct file *file, int whence)
{
	switch (whence) {
	case SEEK_SET:
		return 0;
	case SEEK_CUR:
		return file->pos;
	case SEEK_END:
		return file->inode->mapping.size;
	default:
		return -EINVAL;
	}
}

/* The lock that a program's structure describes: 0, -EINVAL, -EOVERFLOW. */
static int lock_range(const struct file *file, const struct flock64 *given, struct file_lock *want)
{
	loff_t base = lock_base(file, given->whence);

	if (base < 0 || given->type < F_RDLCK || given->type > F_UNLCK)
		return -EINVAL;
	if (given->start > OFFSET_MAX - base)
		return -EOVERFLOW;
	want->start = base + given->start;
	if (want->start < 0)
		return -EINVAL;
	want->end = OFFSET_MAX;
	if (given->len > 0) {
		if (given->len - 1 > OFFSET_MAX - want->start)
			return -EOVERFLOW;
		want->end = want->start + given->len - 1;
	} else if (given->len < 0) {
		if (given->len == -OFFSET_MAX - 1 || want->start + given->len < 0)
			return -EINVAL;
		want->end = want->start - 1;
		want->start += given->len;
	}
	want->type = given->type;
	return 0;
}

/* F_GETLK: what stands against a lock, into the structure. */
static long test_lock(const struct file *file, const struct file_lock *want, struct flock64 *given)
{
	const struct file_lock *lock = find_conflict(file->inode, want);

	if (want->type == F_UNLCK)
		return -EINVAL;
	given->type = F_UNLCK;
	if (!lock)
		return 0;
	given->type = (s16)lock->type;
	given->whence = SEEK_SET;
	given->start = lock->start;
	given->len = lock->end == OFFSET_MAX ? 0 : lock->end - lock->start + 1;
	given->pid = lock->pid;
	return 0;
}

/* The structure of a program with 32-bit offsets. 0 or errno. */
static int get_flock32(struct flock64 *given, const void __user *arg)
{
	struct flock32 small;

	if (copy_from_user(&small, arg, sizeof(small)))
		return -EFAULT;
	given->type = small.type;
	given->whence = small.whence;
	given->start = small.start;
	given->len = small.len;
	given->pid = small.pid;
	return 0;
}

static int put_flock32(const struct flock64 *given, void __user *arg)
{
	struct flock32 small = {given->type, given->whence, (s32)given->start, (s32)given->len,
				given->pid};

	if (given->type != F_UNLCK && given->start > MAX_NON_LFS)
		return -EOVERFLOW;
	if (given->type != F_UNLCK && given->len > MAX_NON_LFS)
		small.len = (s32)MAX_NON_LFS;
	return copy_to_user(arg, &small, sizeof(small)) ? -EFAULT : 0;
}

static bool may_lock(const struct file *file, int type)
{
	return type == F_UNLCK || (type == F_RDLCK ? file->mf.readable : file->mf.writable);
}

long fcntl_lock(int fd, struct file *file, unsigned int cmd, void __user *arg)
{
	bool ofd = cmd >= F_OFD_GETLK && cmd <= F_OFD_SETLKW, small = cmd < F_GETLK64;
	struct file_lock want = {.owner = ofd ? (void *)file : (void *)current->files,
				 .pid = ofd ? -1 : current->tgid};
	struct flock64 given;
	long ret;

	if (file->flags & O_PATH)
		return -EBADF;
	if (!ofd && !(cmd >= F_GETLK && cmd <= F_SETLKW) &&
	    !(cmd >= F_GETLK64 && cmd <= F_SETLKW64))
		return -EINVAL;
	if (small)
		ret = get_flock32(&given, arg);
	else
		ret = copy_from_user(&given, arg, sizeof(given)) ? -EFAULT : 0;
	if (!ret)
		ret = lock_range(file, &given, &want);
	if (!ret && ofd && given.pid)
		ret = -EINVAL;
	if (ret)
		return ret;
	if (cmd != F_GETLK && cmd != F_GETLK64 && cmd != F_OFD_GETLK) {
		if (!may_lock(file, want.type))
			return -EBADF;
		return set_lock(fd, file, &want,
				cmd == F_SETLKW || cmd == F_SETLKW64 || cmd == F_OFD_SETLKW);
	}
	ret = test_lock(file, &want, &given);
	if (ret)
		return ret;
	if (small)
		return put_flock32(&given, arg);
	return copy_to_user(arg, &given, sizeof(given)) ? -EFAULT : 0;
}

/* a: descriptor, b: LOCK_SH, LOCK_EX or LOCK_UN, with LOCK_NB: do not wait. */
SYSCALL(flock)
{
	struct file_lock want = {.pid = -1, .whole = true, .end = OFFSET_MAX};
	struct file *file = fget((int)a);
	long ret = -EINVAL;

	if (!file)
		return -EBADF;
	want.owner = file;
	want.type = (b & ~LOCK_NB) == LOCK_SH	? F_RDLCK
		    : (b & ~LOCK_NB) == LOCK_EX ? F_WRLCK
						: F_UNLCK;
	if (want.type != F_UNLCK || (b & ~LOCK_NB) == LOCK_UN)
		ret = file->flags & O_PATH ? -EBADF : set_lock((int)a, file, &want, !(b & LOCK_NB));
	fput(file);
	return ret;
}
