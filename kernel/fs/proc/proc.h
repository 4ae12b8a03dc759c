/* proc.h - what the files of /proc share: tables and functions of their entries (tree.h). */
#ifndef FS_PROC_H
#define FS_PROC_H

#include "fs/pseudo/text.h"
#include "fs/pseudo/tree.h"

/* proc_system.c: the top; proc_sysctl.c: /proc/sys; proc_pid.c: /proc/PID */
extern struct tree_entry proc_top_entries[], proc_sysctl_entries[], proc_pid_entries[];

/* procfs.c: next and has of processes, of a process's threads, of a task's descriptors */
int proc_next_process(struct task_struct *none, int from);
bool proc_has_process(struct task_struct *none, int pid);
int proc_next_thread(struct task_struct *task, int from);
bool proc_has_thread(struct task_struct *task, int tid);
int proc_next_fd(struct task_struct *task, int fd);
bool proc_has_fd(struct task_struct *task, int fd);

/* The rest are functions of one entry. proc_mm.c, proc_zone.c */
int proc_show_meminfo(struct text *text);
int proc_show_swaps(struct text *text);
int proc_show_slabinfo(struct text *text);
int proc_show_vmallocinfo(struct text *text);
int proc_show_buddyinfo(struct text *text);
int proc_show_pagetypeinfo(struct text *text);
int proc_show_zoneinfo(struct text *text);
/* proc_maps.c */
int proc_show_maps(struct text *text);
/* proc_resource.c */
int proc_show_iomem(struct text *text);
int proc_show_ioports(struct text *text);
/* proc_mark.c */
ssize_t proc_write_mark(const char __user *buf, size_t count);

#endif
