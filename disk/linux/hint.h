/*
 * hint.h - hints to the plugin from a program (kernel/trace_port.h), which must have the right to
 * use the port (iopl). What an address names must be in memory: written to just before.
 */
#ifndef DISK_LINUX_HINT_H
#define DISK_LINUX_HINT_H

#include "kernel/trace_port.h"

static inline void hint(unsigned int op, unsigned int ebx, unsigned int ecx, const void *esi,
			unsigned int edi)
{
	__asm__ volatile("outl %%eax, %%dx"
			 :
			 : "a"(op), "b"(ebx), "c"(ecx), "d"(TRACE_PORT), "S"(esi), "D"(edi)
			 : "memory");
}

static inline void hint_hello(const char *banner)
{
	hint(TRACE_HELLO, TRACE_VERSION, 4096, banner, 0);
}

static inline void hint_mark(unsigned int pid, const char *label)
{
	hint(TRACE_MARK, pid, 0, label, 0);
}

/* hint_tasks - once: where the kernel keeps its tasks. */
static inline void hint_tasks(const struct trace_tasks *at)
{
	hint(TRACE_TASKS, 0, 0, at, 0);
}

/* hint_output - what was written to standard output (1) or error (2). */
static inline void hint_output(unsigned int stream, const char *text, unsigned int count)
{
	hint(TRACE_OUTPUT, stream, count, text, 0);
}

static inline void hint_counter(const char *name, unsigned long long value)
{
	hint(TRACE_COUNTER, (unsigned int)value, (unsigned int)(value >> 32), name, 0);
}

static inline void hint_finish(unsigned int status)
{
	hint(TRACE_FINISH, TRACE_SELFTEST_NONE, status, 0, 0);
}

#endif
