/*
 * sys_mempolicy.c - set_mempolicy() and get_mempolicy(): a task chooses nodes.
 *
 * A set of nodes is a user's array of words with one bit a node, and a number
 * of bits that is, as ever in these calls, one too large. A policy is the
 * task's own; areas have none (mbind() answers ENOSYS). Of the mode flags none is
 * supported, and nodes do not come or go, so that none would matter.
 */
#include "i386/uaccess.h"
#include "kernel/errno.h"
#include "mm/fault.h"
#include "mm/mempolicy.h"
#include "mm/mmap.h"
#include "mm/zone.h"
#include "proc/syscall.h"
#include "proc/task.h"

/* get_mempolicy()'s flags. */
#define MPOL_F_NODE	    1u /* which node, not which policy */
#define MPOL_F_ADDR	    2u /* of the page at an address */
#define MPOL_F_MEMS_ALLOWED 4u /* which nodes there are */

#define WORD_BITS 32u
#define BITS_MOST (PAGE_SIZE * 8)

/* Reads a set of nodes. 0, -EFAULT, or -EINVAL: too long, or names a node that cannot be. */
static int get_nodes(u32 array, u32 maxnode, unsigned int *nodes)
{
	u32 bits = maxnode - 1;

	*nodes = 0;
	if (!bits || !array)
		return 0;
	if (bits > BITS_MOST)
		return -EINVAL;
	for (u32 done = 0; done < bits; done += WORD_BITS) {
		u32 word;

		if (copy_from_user(&word, (const void __user *)(array + done / 8), sizeof(word)))
			return -EFAULT;
		if (bits - done < WORD_BITS)
			word &= (1u << (bits - done)) - 1;
		if (done == 0)
			*nodes = word;
		if (done == 0 ? word >> MAX_NUMNODES : word)
			return -EINVAL;
	}
	return 0;
}

/* Writes one, in as many 64-bit words as `maxnode` asks for. 0, -EFAULT, -EINVAL. */
static int put_nodes(u32 array, u32 maxnode, unsigned int nodes)
{
	u32 bytes = (maxnode - 1 + 63) / 64 * 8;

	if (bytes > PAGE_SIZE)
		return -EINVAL;
	for (u32 done = 0; done < bytes; done += sizeof(u32))
		if (put_user_u32(done ? 0 : nodes, (u32 __user *)(array + done)))
			return -EFAULT;
	return 0;
}

/* set_mempolicy(mode, nodes, maxnode) */
SYSCALL(set_mempolicy)
{
	struct mempolicy policy;
	unsigned int nodes;
	int err = get_nodes(b, c, &nodes);

	if (!err)
		err = mempolicy_set(&policy, a, nodes);
	if (err)
		return err;
	current->own_mempolicy = policy;
	current->mempolicy = policy.mode == MPOL_DEFAULT ? NULL : &current->own_mempolicy;
	this_cpu(task_mempolicy) = current->mempolicy;
	return 0;
}

/* The node of the page at an address, which is faulted in, or -EFAULT and its like. */
static int node_of_address(u32 addr)
{
	struct page *page = get_user_page(current->mm, addr, false);
	int nid;

	if (IS_ERR(page))
		return (int)PTR_ERR(page);
	nid = page_to_nid(page);
	put_page(page);
	return nid;
}

/* What get_mempolicy() stores for `policy`, or -errno. */
static int mode_or_node(const struct mempolicy *policy, u32 addr, u32 flags)
{
	struct vm_area_struct *vma;

	if (!(flags & MPOL_F_ADDR) && addr)
		return -EINVAL;
	if (flags & MPOL_F_ADDR) {
		down_read(&current->mm->mmap_sem);
		vma = find_vma(current->mm, addr);
		if (vma && vma->vm_start > addr)
			vma = NULL;
		up_read(&current->mm->mmap_sem);
		if (!vma)
			return -EFAULT;
	}
	if (!(flags & MPOL_F_NODE))
		return policy->mode;
	if (flags & MPOL_F_ADDR)
		return node_of_address(addr);
	return policy->mode == MPOL_INTERLEAVE ? policy->next : -EINVAL;
}

/* get_mempolicy(mode, nodes, maxnode, addr, flags) */
SYSCALL(get_mempolicy)
{
	static const struct mempolicy none;
	const struct mempolicy *policy = current->mempolicy ? current->mempolicy : &none;
	unsigned int nodes = policy->nodes;
	int value = 0;

	if (b && c < (u32)nr_online_nodes)
		return -EINVAL;
	if (e & ~(MPOL_F_NODE | MPOL_F_ADDR | MPOL_F_MEMS_ALLOWED))
		return -EINVAL;
	if (e & MPOL_F_MEMS_ALLOWED) {
		if (e & (MPOL_F_NODE | MPOL_F_ADDR))
			return -EINVAL;
		nodes = online_nodes();
	} else {
		value = mode_or_node(policy, d, e);
		if (value < 0)
			return value;
	}
	if (a && put_user_u32((u32)value, (u32 __user *)a))
		return -EFAULT;
	return b ? put_nodes(b, c, nodes) : 0;
}
