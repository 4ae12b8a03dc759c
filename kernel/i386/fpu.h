/* fpu.h - floating point and SSE registers, saved lazily. */
#ifndef I386_FPU_H
#define I386_FPU_H

#include "kernel/types.h"

struct task_struct;

/* Makes the state that a task starts with. After cpu_detect(). */
void fpu_init(void);
/* At a task switch: the next FPU instruction traps. Interrupts off. */
void fpu_switch(void);
/*
 * The current task's FPU instruction trapped: gives it the registers with its
 * own state in them. False when that cannot be: no FPU, or no memory.
 * User mode's exception only; interrupts off on entry and on return, may sleep.
 */
bool fpu_trap(void);
/* Copies the current task's state into a child's own memory: 0 or -ENOMEM. May sleep. */
int fpu_copy(struct task_struct *child);
/* Forgets a task's state and frees its memory. */
void fpu_free(struct task_struct *task);
/*
 * For signal frames: the current task's state, brought up to date in memory;
 * NULL when it has none. In FXSAVE's or FSAVE's format (cpu_has FXSR).
 */
const u8 *fpu_get_state(void);
/* sigreturn: the same for changing it in place; made when there is none. NULL: no memory. Whatever
 * was written, fpu_state_written() must follow: it clears bits that would fault. May sleep. */
u8 *fpu_change_state(void);
void fpu_state_written(void);
/* A handler begins: the task's registers are a new program's again. Nothing when it has none. */
void fpu_reset_state(void);
/* si_code of an FPU (or SSE) exception of the current task. Interrupts off. */
int fpu_error_code(bool sse);

#endif
