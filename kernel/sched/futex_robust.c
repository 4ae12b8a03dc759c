/*
 * futex_robust.c - mutexes whose owner ends without unlocking them.
 *
 * The C library keeps a list of the robust mutexes that a thread owns, in the
 * thread's own memory, and says where by set_robust_list(). When the thread ends
 * or executes another program the list is walked: a futex word that holds the
 * thread's id gets FUTEX_OWNER_DIED in its place, and one that waits is woken.
 * One more word may be named, of a mutex that was being locked or unlocked.
 *
 * Nothing in the list can be trusted: a bad address ends the walk, and so does
 * a list that goes on too long.
 */
#include "i386/uaccess.h"
#include "kernel/errno.h"
#include "kernel/wait.h"
#include "proc/syscall.h"
#include "proc/task.h"
#include "sched/futex.h"

#define FUTEX_WAITERS	  0x80000000u
#define FUTEX_OWNER_DIED  0x40000000u
#define FUTEX_TID_MASK	  0x3fffffffu
#define ROBUST_LIST_LIMIT 2048
#define PRIORITY_INHERIT  1u /* bit of a pointer to an entry: such mutexes do not exist here */

struct robust_list_head { /* Linux i386 */
	u32 next; /* address of the first entry's pointer to the next; at the end: of this */
	s32 futex_offset; /* from an entry to its futex */
	u32 list_op_pending;
};
_Static_assert(sizeof(struct robust_list_head) == 12, "robust_list_head layout");

/* One mutex of an owner that is going. `pending`: it may own it not yet or no longer. 0 or -EFAULT.
 */
static int owner_died(u32 addr, bool pending)
{
	u32 __user *word = (u32 __user *)addr;
	u32 value, found;

	if (addr % sizeof(u32) || get_user_u32(&value, word))
		return -EFAULT;
	for (;;) {
		/* Unlocked, and it had no time to wake: the word says so to all but the sleepers.
		 */
		if (pending && !(value & FUTEX_TID_MASK)) {
			futex_wake(word, 1);
			return 0;
		}
		if ((value & FUTEX_TID_MASK) != (u32)current->pid)
			return 0;
		found = value;
		if (cmpxchg_user_u32(&found, (value & FUTEX_WAITERS) | FUTEX_OWNER_DIED, word))
			return -EFAULT;
		if (found == value)
			break;
		value = found;
		cond_resched();
	}
	if (value & FUTEX_WAITERS)
		futex_wake(word, 1);
	return 0;
}

void exit_robust_list(void)
{
	struct robust_list_head head;
	u32 __user *list = current->robust_list;
	u32 entry, next, pending;
	int i, err;

	current->robust_list = NULL;
	if (!list || copy_from_user(&head, list, sizeof(head)))
		return;
	pending = head.list_op_pending & ~PRIORITY_INHERIT;
	entry = head.next & ~PRIORITY_INHERIT;
	for (i = 0; i < ROBUST_LIST_LIMIT && entry != (u32)list; i++) {
		/* First: whoever is woken may do away with the entry. */
		err = get_user_u32(&next, (u32 __user *)entry);
		if (entry != pending && owner_died(entry + (u32)head.futex_offset, false))
			return;
		if (err)
			return;
		entry = next & ~PRIORITY_INHERIT;
		cond_resched();
	}
	if (pending)
		owner_died(pending + (u32)head.futex_offset, true);
}

/* set_robust_list(head, size) */
SYSCALL(set_robust_list)
{
	if (b != sizeof(struct robust_list_head))
		return -EINVAL;
	current->robust_list = (u32 __user *)a;
	return 0;
}
