/* swap_helpers.h - a swap area on a disk of memory, and pages of the test's that leave for it. */
#ifndef TESTS_SWAP_HELPERS_H
#define TESTS_SWAP_HELPERS_H

#include "kernel/ramdisk.h"
#include "mm/page.h"

struct swap_header;

#define TEST_SWAP_PAGES 256u /* of the area, its header among them */

/* The disk; NULL without one. */
extern struct ramdisk *test_swap_disk;

/* A disk with an area of the highest priority, switched on. False, with a failure, when it cannot.
 */
bool test_swap_begin(void);
/* Switches the area off, if it is on, and frees the disk. */
void test_swap_end(void);
/* The header as the disk has it: in place / made anew, good. */
struct swap_header *test_swap_header(void);
void test_swap_format(void);
/* Switches the area on or off: 0 or errno, as swap_area_on(), swap_area_off(). */
int test_swap_on(unsigned int flags);
int test_swap_off(void);

/* The page behind an address of the current address space, if there is one now; not held. */
struct page *test_present_page(unsigned long addr);
/*
 * Pages of [addr, addr + nr pages) of the current address space that are in memory are handed to
 * reclaim, which takes out what may leave, whoever maps it: how many have left. May sleep.
 */
unsigned long test_push_out(unsigned long addr, unsigned int nr);
/* The lists of all zones are looked through once, as when memory is shortest. May sleep. */
void test_scan_lists(void);

#endif
