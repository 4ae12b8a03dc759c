/*
 * user.h - user memory in host tests: a page walk and a TLB for the user half.
 *
 * The TLB keeps every translation it ever saw until it is told to forget it, or
 * another address space is loaded: the worst that a real one may do. A frame
 * that is handed out again while a live translation leads to it ends the test,
 * so a forgotten flush shows at once.
 */
#ifndef HOST_USER_H
#define HOST_USER_H

#include "mm/fault.h"

/* Boots mm/ with its address-space part. Once in a program. */
void user_boot(void);

/* One byte, with faults, as a program would reach it: 0, or mm_fault()'s error. */
int user_read(struct mm_struct *mm, unsigned long addr, u8 *value);
int user_write(struct mm_struct *mm, unsigned long addr, u8 value);
/* Faults taken by these, and what mm_fault() said last. */
extern unsigned long user_faults;

/*
 * user_move.c: with user_pages_move each few accesses move the page first, or harvest its accessed
 * bits; other tasks run meanwhile. Pages moved; faults that waited for one on its way.
 */
extern bool user_pages_move;
extern unsigned long user_moves, user_migration_waits;
void user_disturb(struct mm_struct *mm, unsigned long addr);
extern struct fault_info user_last_fault;

/* The entry for addr as it is now; empty without a table. */
pte_t user_entry(struct mm_struct *mm, unsigned long addr);

/* Whether fork copies at once, as with `nocow` on the kernel's command line. */
void user_fork_copies(bool at_once);
/* dup_mm(); when it copies at once, checks that no private page is in both. NULL: no memory. */
struct mm_struct *user_fork(struct mm_struct *parent);

/* Checks every address space with validate_mm(), and the counters and the reverse map of every page
 * against a walk of all page tables. No access may be under way. Panics. */
void user_check_counts(void);

/* Around a piece of work that must keep nothing: frames, slab objects, kmap slots, locks. */
void user_ledger_open(void);
void user_ledger_close(void);

#endif
