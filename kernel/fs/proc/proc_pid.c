/*
 * proc_pid.c - /proc files about one process, in Linux's formats.
 *
 * The process may end while it is looked at: its address space is held by
 * get_task_mm(), its other parts are read between sleeps.
 */
#include "arch/layout.h"
#include "fs/proc/proc.h"
#include "kernel/string.h"
#include "kernel/time.h"
#include "mm/fault.h"
#include "mm/highmem.h"
#include "mm/reclaim.h"
#include "proc/oom.h"
#include "proc/rusage.h"
#include "signal/signal.h"

#define KIB_PER_PAGE	(PAGE_SIZE / 1024)
#define MAX_CMDLINE	(128u << 10)
#define PAGES(from, to) (PAGE_ALIGN((to) - (from)) / PAGE_SIZE)

static char state_letter(const struct task_struct *task)
{
	return task_state_letters[task->state];
}

static const char *state_name(const struct task_struct *task)
{
	switch (task->state) {
	case TASK_RUNNING:
		return "running";
	case TASK_INTERRUPTIBLE:
		return "sleeping";
	case TASK_UNINTERRUPTIBLE:
	case TASK_KILLABLE:
		return "disk sleep";
	case TASK_STOPPED:
		return "stopped";
	case TASK_ZOMBIE:
		return "zombie";
	default:
		return "dead";
	}
}

static unsigned int count_threads(struct task_struct *task)
{
	struct task_struct *thread;
	unsigned int n = 0;

	for_each_thread(task, thread) n++;
	return n;
}

static pid_t parent_pid(const struct task_struct *task)
{
	return task_parent(task)->tgid;
}

/* The sets of ignored and of caught signals. */
static void signal_sets(const struct task_struct *task, sigset_t *ignored, sigset_t *caught)
{
	int sig;

	*ignored = *caught = 0;
	for (sig = 1; task->sighand && sig <= NSIG; sig++) {
		u32 handler = task->sighand->action[sig - 1].handler;

		if (handler == SIG_IGN)
			*ignored |= sigmask(sig);
		else if (handler != SIG_DFL)
			*caught |= sigmask(sig);
	}
}

static int show_comm(struct text *text)
{
	text_printf(text, "%s\n", text->task->comm);
	return 0;
}

static void kib(struct text *text, const char *name, unsigned long pages)
{
	text_printf(text, "%s:\t%8lu kB\n", name, pages * KIB_PER_PAGE);
}

/* Pages of areas: private writable ones but stacks, and executable ones that cannot be written. */
struct area_pages {
	unsigned long data, exec;
};

static struct area_pages count_areas(struct mm_struct *mm)
{
	struct area_pages pages = {0, 0};
	const struct vm_area_struct *vma;

	down_read(&mm->mmap_sem);
	for (vma = mm->mmap; vma; vma = vma->vm_next) {
		const unsigned int flags = vma->vm_flags;

		if ((flags & (VM_WRITE | VM_SHARED | VM_STACK)) == VM_WRITE)
			pages.data += PAGES(vma->vm_start, vma->vm_end);
		if ((flags & (VM_EXEC | VM_WRITE | VM_STACK)) == VM_EXEC)
			pages.exec += PAGES(vma->vm_start, vma->vm_end);
	}
	up_read(&mm->mmap_sem);
	return pages;
}

static void status_memory(struct text *text, struct mm_struct *mm)
{
	const struct area_pages areas = count_areas(mm);
	const unsigned long text_pages = min(PAGES(mm->start_code, mm->end_code), areas.exec);

	kib(text, "VmPeak", mm_vm_peak(mm));
	kib(text, "VmSize", mm->total_vm);
	kib(text, "VmLck", mm->locked_vm);
	kib(text, "VmHWM", mm_rss_peak(mm));
	kib(text, "VmRSS", mm_rss(mm));
	kib(text, "RssAnon", mm->rss_anon);
	kib(text, "RssFile", mm->rss_file);
	kib(text, "RssShmem", mm->rss_shmem);
	kib(text, "VmData", areas.data);
	kib(text, "VmStk", mm->stack_vm);
	kib(text, "VmExe", text_pages);
	kib(text, "VmLib", areas.exec - text_pages);
	kib(text, "VmPTE", mm->nr_ptes);
	kib(text, "VmSwap", mm->nr_swap);
}

static int show_status(struct text *text)
{
	struct task_struct *task = text->task;
	struct mm_struct *mm = get_task_mm(task);
	u32 umask = task->fs ? task->fs->umask : 0;
	sigset_t ignored, caught, shared = task->signal ? task->signal->shared.set : 0;

	signal_sets(task, &ignored, &caught);
	text_printf(text, "Name:\t%s\nUmask:\t%04o\nState:\t%c (%s)\n", task->comm, umask,
		    state_letter(task), state_name(task));
	text_printf(text, "Tgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\nTracerPid:\t0\n", task->tgid,
		    task->pid, parent_pid(task));
	text_printf(text, "Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nFDSize:\t%u\nGroups:\t0 \n",
		    (unsigned int)NR_OPEN);
	if (mm) {
		status_memory(text, mm);
		mmput(mm);
	}
	text_printf(text, "Threads:\t%u\nSigPnd:\t%016llx\nShdPnd:\t%016llx\n", count_threads(task),
		    task->pending.set, shared);
	text_printf(text, "SigBlk:\t%016llx\nSigIgn:\t%016llx\nSigCgt:\t%016llx\n", task->blocked,
		    ignored, caught);
	text_printf(text, "voluntary_ctxt_switches:\t%lu\nnonvoluntary_ctxt_switches:\t%lu\n",
		    task->nvcsw, task->nivcsw);
	return 0;
}

/* The 52 fields of proc(5), in groups; those that are not kept are 0. */
static int show_stat(struct text *text)
{
	struct task_struct *task = text->task;
	struct mm_struct *mm = get_task_mm(task);
	sigset_t ignored, caught;
	unsigned long utime, stime;

	process_times(task, &utime, &stime);
	signal_sets(task, &ignored, &caught);
	text_printf(text, "%d (%s) %c %d %d %d 0 %d 0 %u %u %u %u", task->pid, task->comm,
		    state_letter(task), parent_pid(task), task->pgrp, task->session, -1,
		    task->min_flt, task->cmin_flt, task->maj_flt, task->cmaj_flt);
	text_printf(text, " %lu %lu %lu %lu 20 0 %u 0 %lu", utime, stime, task->cutime,
		    task->cstime, count_threads(task), task->start_time);
	if (mm) {
		text_printf(text, " %lu %lu %llu %lu %lu %lu 0 0", mm->total_vm * PAGE_SIZE,
			    mm_rss(mm), task->rlim[RLIMIT_RSS].cur, mm->start_code, mm->end_code,
			    mm->start_stack);
	} else {
		text_printf(text, " 0 0 0 0 0 0 0 0");
	}
	text_printf(text, " %u %u %u %u 0 0 0 %d 0 0 0 0 0 0", (u32)task->pending.set & 0x7fffffff,
		    (u32)task->blocked & 0x7fffffff, (u32)ignored & 0x7fffffff,
		    (u32)caught & 0x7fffffff, task->exit_signal);
	if (mm) {
		text_printf(text, " %lu %lu %lu %lu %lu %lu %lu %d\n", mm->start_data, mm->end_data,
			    mm->start_brk, mm->arg_start, mm->arg_end, mm->env_start, mm->env_end,
			    task->exit_code);
		mmput(mm);
	} else {
		text_printf(text, " 0 0 0 0 0 0 0 %d\n", task->exit_code);
	}
	return 0;
}

static int show_statm(struct text *text)
{
	struct mm_struct *mm = get_task_mm(text->task);

	if (!mm) {
		text_printf(text, "0 0 0 0 0 0 0\n");
		return 0;
	}
	text_printf(text, "%lu %lu %lu %lu 0 %lu 0\n", mm->total_vm, mm_rss(mm),
		    mm->rss_file + mm->rss_shmem, PAGES(mm->start_code, mm->end_code),
		    count_areas(mm).data + mm->stack_vm);
	mmput(mm);
	return 0;
}

/* Copies [start, end) of an address space, at most MAX_CMDLINE bytes, until a page is missing. */
static void copy_user_text(struct text *text, struct mm_struct *mm, unsigned long start,
			   unsigned long end)
{
	unsigned long n;
	struct page *page;
	char *addr;

	if (end > TASK_SIZE || start >= end)
		return;
	end = min(end, start + MAX_CMDLINE);
	for (; start < end; start += n) {
		n = min(end - start, PAGE_SIZE - (start & ~PAGE_MASK));
		page = get_user_page(mm, start, false);
		if (IS_ERR(page))
			return;
		addr = kmap(page);
		text_append(text, addr + (start & ~PAGE_MASK), n);
		kunmap(page);
		put_page(page);
	}
}

static int show_cmdline(struct text *text)
{
	struct mm_struct *mm = get_task_mm(text->task);

	if (!mm)
		return 0;
	copy_user_text(text, mm, mm->arg_start, mm->arg_end);
	mmput(mm);
	return 0;
}

static int show_environ(struct text *text)
{
	struct mm_struct *mm = get_task_mm(text->task);

	if (!mm)
		return 0;
	copy_user_text(text, mm, mm->env_start, mm->env_end);
	mmput(mm);
	return 0;
}

static int link_exe(struct text *text)
{
	struct mm_struct *mm = get_task_mm(text->task);
	int err = -ENOENT;

	if (!mm)
		return err;
	if (mm->exe_file) {
		text_printf(text, "%s", mm->exe_file->path);
		err = 0;
	}
	mmput(mm);
	return err;
}

static struct inode *target_exe(struct task_struct *task, int fd)
{
	(void)fd;
	if (!task->mm || !task->mm->exe_file)
		return NULL;
	return iget_ref(file_of(task->mm->exe_file)->inode);
}

static int link_cwd(struct text *text)
{
	struct fs_struct *fs = text->task->fs;
	struct fs_place *place;

	if (!fs)
		return -ENOENT;
	place = fs_get_cwd(fs);
	text_printf(text, "%s", place->path);
	fs_put_place(place);
	return 0;
}

static struct inode *target_cwd(struct task_struct *task, int fd)
{
	(void)fd;
	return task->fs ? iget_ref(task->fs->cwd->inode) : NULL;
}

static int link_root(struct text *text)
{
	text_printf(text, "/");
	return 0;
}

/* What printing it allocates does not count. */
static int show_fail_nth(struct text *text)
{
	struct fault_nth *nth = &text->task->fault_nth;
	unsigned int left = nth->left;

	nth->left = 0;
	text_printf(text, "%u\n", left);
	nth->left = left;
	return 0;
}

static int store_fail_nth(struct text *words)
{
	unsigned long n;

	if (kstrtoul(words->buf, 0, &n))
		return -EINVAL;
	if (words->task->exiting)
		return -ESRCH;
	fault_nth_set(&words->task->fault_nth, (unsigned int)n);
	return 0;
}

/* 0 to 2000, of which 1000 is all of memory and swap, in Linux's measure. */
static int show_oom_score(struct text *text)
{
	unsigned long total = oom_total_pages();
	struct oom_process process;
	long points;

	oom_describe(text->task->group_leader, &process);
	points = oom_badness(&process, total);
	if (points == OOM_NEVER)
		points = 0;
	else
		points = (1000 + points * 1000 / (long)total) * 2 / 3;
	text_printf(text, "%ld\n", max(points, 0l));
	return 0;
}

static int show_oom_score_adj(struct text *text)
{
	const struct signal_struct *signal = text->task->signal;

	text_printf(text, "%d\n", signal ? signal->oom_score_adj : 0);
	return 0;
}

static int store_oom_score_adj(struct text *words)
{
	int adj, err = tree_parse_int(words->buf, &adj);

	if (err)
		return err;
	if (adj < OOM_SCORE_ADJ_MIN || adj > OOM_SCORE_ADJ_MAX)
		return -EINVAL;
	oom_set_score_adj(words->task, adj);
	return 0;
}

/* "anon", "file" or "all": these pages of the process leave memory. */
static int store_reclaim(struct text *words)
{
	static const char *const names[] = {"", "anon", "file", "all"}; /* RECLAIM_ANON, _FILE */
	struct mm_struct *mm;
	unsigned int kinds = 1;

	if (words->len && words->buf[words->len - 1] == '\n')
		words->buf[words->len - 1] = '\0';
	while (kinds < ARRAY_SIZE(names) && strcmp(names[kinds], words->buf) != 0)
		kinds++;
	if (kinds == ARRAY_SIZE(names))
		return -EINVAL;
	mm = get_task_mm(words->task);
	if (!mm)
		return 0; /* a thread of the kernel, or one that has ended: it has no pages */
	reclaim_mm(mm, kinds);
	mmput(mm);
	return 0;
}

static int link_fd(struct text *text)
{
	struct task_struct *task = text->task;
	struct file *file;

	if (!proc_has_fd(task, text->number))
		return -ENOENT;
	file = get_file(task->files->fd[text->number]);
	text_printf(text, "%s", file->mf.path);
	fput(file);
	return 0;
}

static struct inode *target_fd(struct task_struct *task, int fd)
{
	return proc_has_fd(task, fd) ? iget_ref(task->files->fd[fd]->inode) : NULL;
}

/* Each table has entries of its own, as each entry has its own inode number. */
#define FD_LINK                  \
	{.name = "#",            \
	 .mode = S_IFLNK | 0700, \
	 .show = link_fd,        \
	 .target = target_fd,    \
	 .next = proc_next_fd}
static struct tree_entry pid_fd_entries[] = {FD_LINK, {0}};
static struct tree_entry tid_fd_entries[] = {FD_LINK, {0}};

#define FILE_ENTRY(text, fn) {.name = text, .mode = S_IFREG | 0444, .show = fn}
#define LINK_ENTRY(text, fn, target_fn) \
	{.name = text, .mode = S_IFLNK | 0777, .show = fn, .target = target_fn}

/* What a process and a thread both have. */
#define TASK_ENTRIES(fd_entries)                                                              \
	FILE_ENTRY("cmdline", show_cmdline), FILE_ENTRY("comm", show_comm),                   \
		LINK_ENTRY("cwd", link_cwd, target_cwd), FILE_ENTRY("environ", show_environ), \
		LINK_ENTRY("exe", link_exe, target_exe),                                      \
		{.name = "fail-nth",                                                          \
		 .mode = S_IFREG | 0644,                                                      \
		 .show = show_fail_nth,                                                       \
		 .store = store_fail_nth},                                                    \
		{.name = "fd", .mode = S_IFDIR | 0500, .entries = fd_entries},                \
		FILE_ENTRY("maps", proc_show_maps), FILE_ENTRY("oom_score", show_oom_score),  \
		{.name = "oom_score_adj",                                                     \
		 .mode = S_IFREG | 0644,                                                      \
		 .show = show_oom_score_adj,                                                  \
		 .store = store_oom_score_adj},                                               \
		{.name = "reclaim", .mode = S_IFREG | 0200, .store = store_reclaim},          \
		LINK_ENTRY("root", link_root, NULL), FILE_ENTRY("stat", show_stat),           \
		FILE_ENTRY("statm", show_statm), FILE_ENTRY("status", show_status)

static struct tree_entry tid_entries[] = {TASK_ENTRIES(tid_fd_entries), {0}};

static struct tree_entry thread_entries[] = {
	{.name = "#",
	 .mode = S_IFDIR | 0555,
	 .task = true,
	 .entries = tid_entries,
	 .next = proc_next_thread,
	 .has = proc_has_thread},
	{0},
};

struct tree_entry proc_pid_entries[] = {
	TASK_ENTRIES(pid_fd_entries),
	{.name = "task", .mode = S_IFDIR | 0555, .entries = thread_entries},
	{0},
};
