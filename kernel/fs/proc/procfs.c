/*
 * procfs.c - /proc: which processes, threads and descriptors it has directories and links for.
 * What the files say stands in the tables of proc_system.c and proc_pid.c; directories, inodes and
 * reading are tree.c's.
 */
#include "fs/proc/proc.h"
#include "proc/task.h"

#define PROC_DEV   0x0004u
#define PROC_MAGIC 0x9fa0u

/* The smallest number from `from` on of a thread of process `tgid`, or (0) of a process; -1: none.
 */
static int next_task(pid_t tgid, pid_t from)
{
	const struct task_struct *task;
	pid_t best = -1;

	for_each_task (task) {
		if ((tgid ? task->tgid == tgid : thread_group_leader(task)) && task->pid >= from &&
		    task->pid > 0 && (best < 0 || task->pid < best))
			best = task->pid;
	}
	return best;
}

int proc_next_process(struct task_struct *none, int from)
{
	(void)none;
	return next_task(0, from);
}

/* Threads that lead no process can be asked for, but are not listed, as on Linux. */
bool proc_has_process(struct task_struct *none, int pid)
{
	(void)none;
	return pid > 0 && find_task(pid);
}

int proc_next_thread(struct task_struct *task, int from)
{
	return next_task(task->tgid, from);
}

bool proc_has_thread(struct task_struct *task, int tid)
{
	const struct task_struct *thread = tid > 0 ? find_task(tid) : NULL;

	return thread && thread->tgid == task->tgid;
}

int proc_next_fd(struct task_struct *task, int fd)
{
	for (; fd < NR_OPEN; fd++) {
		if (proc_has_fd(task, fd))
			return fd;
	}
	return -1;
}

bool proc_has_fd(struct task_struct *task, int fd)
{
	return task->files && files_slot(task->files, (unsigned int)fd);
}

static struct tree procfs = {
	.sb = {.type = "proc", .source = "proc", .dev = PROC_DEV},
	.magic = PROC_MAGIC,
	.root = {.name = "proc", .mode = S_IFDIR | 0555, .entries = proc_top_entries},
};

void procfs_init(void)
{
	tree_mount(&procfs);
}
