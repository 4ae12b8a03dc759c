/* user_helpers.h - an address space for a test to run in: real faults on the real CPU. */
#ifndef TESTS_USER_HELPERS_H
#define TESTS_USER_HELPERS_H

#include "mm/fault.h"
#include "mm/mmap.h"

/* The current (kernel) task gets an empty address space; NULL, with a failure, when it cannot. */
struct mm_struct *test_mm_begin(void);
/* Checks it, gives it back, and puts the old one in its place. */
void test_mm_end(void);
/* Puts another address space under the task, and returns the one that was there. */
struct mm_struct *test_mm_switch(struct mm_struct *mm);

/* One word of user memory, as the kernel's accessors reach it: 0 or -EFAULT. */
int test_peek(unsigned long addr, u32 *value);
int test_poke(unsigned long addr, u32 value);
/* True if the word is there and has that value. */
bool test_sees(unsigned long addr, u32 value);

/* Maps anonymous memory at a fixed place; false, with a failure, when it cannot. */
bool test_map_anon(unsigned long addr, unsigned long len, unsigned int type);

#endif
