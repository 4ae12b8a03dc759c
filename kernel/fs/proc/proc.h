/*
 * proc.h - what the files of /proc share: tables of entries, one for the top and
 * one for each process.
 */
#ifndef FS_PROC_H
#define FS_PROC_H

#include "fs/vfs/internal.h"
#include "fs/pseudo/text.h"
#include "fs/pseudo/tree.h"

struct task_struct;

/* One name of /proc or /proc/PID. `task` is the process, referenced; NULL at the top. */
struct proc_entry {
	const char *name;
	u32 mode;
	/* A file's contents: 0 or errno. May sleep. */
	int (*show)(struct text *text, struct task_struct *task);
	/* A link's target: 0 or errno. `fd` is its number in /proc/PID/fd. */
	int (*link)(struct text *text, struct task_struct *task, int fd);
	/* What the link leads to, referenced; NULL: nothing. Does not sleep. */
	struct inode *(*target)(struct task_struct *task, int fd);
	/* All of a file's new contents: bytes taken, or errno. May sleep. */
	ssize_t (*write)(struct task_struct *task, const char __user *buf, size_t count);
};

/* proc_system.c, proc_pid.c: tables that end in a NULL name. */
extern const struct proc_entry proc_top_entries[], proc_pid_entries[];
extern const struct proc_entry proc_fd_entry; /* each link of /proc/PID/fd */
/* proc_pid.c: descriptor `fd` of the task is open / the first open one from `fd` on, or -1. */
bool proc_fd_open(const struct task_struct *task, int fd);
int proc_next_fd(const struct task_struct *task, int fd);

/* proc_sysctl.c: /proc/sys */
extern const struct tree_entry proc_sysctl_entries[];

/* The rest are functions of struct proc_entry. proc_mm.c, proc_zone.c */
int proc_show_meminfo(struct text *text, struct task_struct *task);
int proc_show_slabinfo(struct text *text, struct task_struct *task);
int proc_show_vmallocinfo(struct text *text, struct task_struct *task);
int proc_show_buddyinfo(struct text *text, struct task_struct *task);
int proc_show_pagetypeinfo(struct text *text, struct task_struct *task);
int proc_show_zoneinfo(struct text *text, struct task_struct *task);
/* proc_maps.c */
int proc_show_maps(struct text *text, struct task_struct *task);
/* proc_resource.c */
int proc_show_iomem(struct text *text, struct task_struct *task);
int proc_show_ioports(struct text *text, struct task_struct *task);
/* proc_mark.c */
ssize_t proc_write_mark(struct task_struct *task, const char __user *buf, size_t count);

#endif
