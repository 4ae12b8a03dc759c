/* tasks.h - where this Linux keeps its tasks (tasks.c). */
#ifndef DISK_LINUX_TASKS_H
#define DISK_LINUX_TASKS_H

/* tell_tasks - finds it out and tells the plugin. Returns NULL, or why that could not be done. */
const char *tell_tasks(void);

#endif
