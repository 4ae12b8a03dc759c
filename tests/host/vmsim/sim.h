/*
 * sim.h - a machine for the address-space code to run on in a host test.
 *
 *   sim_mem.c    page frames (low and high memory), kmap, slab caches; each
 *                allocation can be made to fail, and may give the CPU away
 *   sim_mmu.c    a page walk and a TLB that forgets only what it is told to
 *                forget; memory is reached through it, and faults go to mm_fault()
 *   sim_task.c   tasks as coroutines, the locks that sleep, wait queues
 *
 * A freed frame is filled with a pattern and may not be in the TLB, unless its
 * address space is dead: a forgotten flush shows at once.
 */
#ifndef SIM_H
#define SIM_H

#include "mm/mmap.h"

/* sim_mem.c */
void sim_init(void);
/* The n-th allocation from now on fails (1: the next; 0: none does), and only that one. */
void sim_fail_nth(unsigned long n);
/* True when the armed failure has happened. */
bool sim_failed(void);
/* Allocations made so far; frames and slab objects in use now. */
unsigned long sim_pages_used(void), sim_objects_used(void);
/* Where a frame's bytes are. */
u8 *sim_frame(const struct page *page);
struct page *sim_first_page(void);
unsigned long sim_nr_pages(void);

/* sim_mmu.c */
/* One byte through the TLB, with faults. 0, or mm_fault()'s error. */
int sim_read(struct mm_struct *mm, unsigned long addr, u8 *value);
int sim_write(struct mm_struct *mm, unsigned long addr, u8 value);
/* What mm_fault() said last. */
extern struct fault_info sim_last_fault;
extern unsigned long sim_faults;
/* Checks _mapcount and _refcount of every page against a walk of every address space. */
void sim_check_counts(void);
/* Hints seen: count of each trace_vma_event. */
extern unsigned long sim_vma_hints[3];

/* sim_task.c */
typedef void (*sim_task_fn)(void *arg);
/* Runs n tasks to their ends, switching wherever one sleeps; `random` picks who goes on. */
void sim_run(sim_task_fn fn, void *const *args, unsigned int n, u32 (*random)(void));
/* Gives the CPU to another task, if there is one: at everything that may sleep. */
void sim_yield(void);

/* Small test framework: TAP on stdout. */
extern const char *sim_test_name;
#define CHECK(cond)                                                                                \
	do {                                                                                       \
		if (!(cond))                                                                       \
			sim_fail(__FILE__, __LINE__, #cond);                                       \
	} while (0)
void sim_fail(const char *file, int line, const char *what);

struct sim_test {
	const char *name;
	void (*run)(void);
};
/* Runs the tests, each with a leak check around it; the exit status for main(). */
int sim_main(const struct sim_test *tests, unsigned int count);

/* A stream of decisions: bytes of a test's input, zeroes when they run out. */
struct sim_input {
	const u8 *data;
	size_t left;
};
u32 sim_pick(struct sim_input *input, u32 limit); /* 0 .. limit - 1, limit <= 65536 */
/* Runs one_input() on `runs` pseudo-random inputs of `size` bytes. */
void sim_fuzz(int (*one_input)(const u8 *data, size_t n), unsigned int runs, size_t size);

#endif
