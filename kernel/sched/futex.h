/* futex.h - sleeping on a word of user memory. */
#ifndef PROC_FUTEX_H
#define PROC_FUTEX_H

#include "kernel/compiler.h"
#include "kernel/types.h"

/* Wakes up to `most` sleepers on a word of the current address space; returns how many. */
unsigned int futex_wake_private(u32 __user *addr, unsigned int most);

#endif
