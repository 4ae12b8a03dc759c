/*
 * test_fault_inject.c - failures on purpose: the command line's four numbers, the
 * nth allocation, and what may not fail.
 */
#include "kernel/cmdline.h"
#include "kernel/time.h"
#include "machine.h"
#include "mm/fault_inject.h"
#include "mm/slab.h"
#include "mm/vmstat.h"
#include "test.h"
#include <stdio.h>
#include <string.h>

#define REQUESTS 1000u
#define SIZE	 64u /* a size class */

static struct fault_nth init_nth, other_nth;

/* With these words on the command line; the running task is not init. */
static void start(const char *line)
{
	static bool booted;

	if (!booted)
		host_boot();
	booted = true;
	snprintf(boot_command_line, CMDLINE_MAX, "%s", line);
	host_log_clear();
	jiffies += 10 * HZ; /* reports may be made again */
	this_cpu(current_fault_nth) = &init_nth;
	fault_inject_init();
	fault_inject_start();
	this_cpu(current_fault_nth) = &other_nth;
}

static bool slab_fails(gfp_t gfp)
{
	void *object = kmalloc(SIZE, gfp);

	kfree(object);
	return !object;
}

static bool page_fails(gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp, order);

	if (page)
		__free_pages(page, order);
	return !page;
}

static unsigned int failures_in(unsigned int requests)
{
	unsigned int failed = 0;

	while (requests--)
		failed += slab_fails(GFP_KERNEL);
	return failed;
}

static void test_times(void)
{
	u32 before = vm_event_sum(VM_FAILSLAB);

	start("failslab=1,100,0,3");
	CHECK_EQ(failures_in(3), 3);
	CHECK_EQ(failures_in(100), 0);
	CHECK_EQ(vm_event_sum(VM_FAILSLAB) - before, 3);
	CHECK(strstr(host_log(), "FAULT_INJECTION: forcing a failure: failslab, kmalloc-64"));
	start("failslab=1,100,0,-1");
	CHECK_EQ(failures_in(REQUESTS), REQUESTS);
	start("failslab=1,100,0,0");
	CHECK_EQ(failures_in(REQUESTS), 0);
}

static void test_interval(void)
{
	start("failslab=5,100,0,-1");
	CHECK_EQ(failures_in(REQUESTS), REQUESTS / 5);
}

static void test_probability(void)
{
	unsigned int failed;

	start("failslab=1,30,0,-1");
	failed = failures_in(REQUESTS);
	CHECK(failed > 250 && failed < 350);
	start("failslab=1,0,0,-1");
	CHECK_EQ(failures_in(REQUESTS), 0);
}

/* Bytes for slab objects, frames for pages. */
static void test_space(void)
{
	start("failslab=1,100,640,-1");
	CHECK_EQ(failures_in(9), 0);
	CHECK_EQ(failures_in(9), 9);
	start("fail_page_alloc=1,100,9,-1");
	CHECK(!page_fails(GFP_KERNEL, 3));
	CHECK(page_fails(GFP_KERNEL, 0));
}

/* Each allocator has its own numbers, and one word is no other's. */
static void test_apart(void)
{
	start("fail_page_alloc=1,100,0,-1");
	kfree(kmalloc(SIZE, GFP_KERNEL | __GFP_NOFAIL));
	CHECK(page_fails(GFP_KERNEL, 0) && page_fails(GFP_ATOMIC, 2) && page_fails(GFP_DMA, 0));
	CHECK(!page_fails(GFP_KERNEL | __GFP_NOFAIL, 0));
	CHECK(strstr(host_log(), "forcing a failure: fail_page_alloc, order:2, mode:0x20"));
	CHECK(!strstr(host_log(), "page allocation failure"));
	host_log_clear();
	CHECK(page_fails(GFP_KERNEL | __GFP_NOWARN, 0));
	CHECK_STR(host_log(), "");
	this_cpu(current_fault_nth) = &init_nth;
	CHECK(!page_fails(GFP_KERNEL, 0));
	start("");
	CHECK_EQ(failures_in(REQUESTS), 0);
}

static void test_bad_numbers(void)
{
	static const char *const bad[] = {
		"",
		"1",
		"1,2,3",
		"0,100,0,-1",
		"1,101,0,-1",
		"1,100,-1,-1",
		"1,100,0,-2",
		"1,100,0,-1,",
		"1,100,0,",
		"a,100,0,-1",
		"1,100,0,1x",
		",,,",
		"-1,5,0,-1",
		"1,100,0,-1,-1",
		"1,,0,-1",
		"1,100,0,99999999999",
		"1,100,0,3000000000",
	};
	char line[CMDLINE_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(line, sizeof(line), "failslab=%s", bad[i]);
		start(line);
		CHECK(strstr(host_log(), "expected interval,probability,space,times"));
		CHECK_EQ(failures_in(10), 0);
	}
}

static void test_nth(void)
{
	void *warm;

	start("");
	warm = kmalloc(SIZE, GFP_KERNEL);
	for (unsigned int n = 1; n < 10; n++) {
		fault_inject_nth(n);
		CHECK_EQ(failures_in(n - 1), 0);
		CHECK(slab_fails(GFP_KERNEL));
		CHECK_EQ(failures_in(10), 0);
		CHECK(fault_inject_nth_end());
	}
	fault_inject_nth(2);
	CHECK(!page_fails(GFP_KERNEL, 1));
	CHECK(page_fails(GFP_KERNEL, 0));
	CHECK(fault_inject_nth_end());
	CHECK(!fault_inject_nth_end());
	kfree(warm);
}

/* Neither another task's allocations nor an interrupt's count. */
static void test_nth_whose(void)
{
	start("");
	fault_inject_nth(1);
	host_in_interrupt = true;
	CHECK(!page_fails(GFP_ATOMIC, 0));
	host_in_interrupt = false;
	this_cpu(current_fault_nth) = &init_nth;
	CHECK(!page_fails(GFP_KERNEL, 0));
	this_cpu(current_fault_nth) = &other_nth;
	CHECK(!page_fails(GFP_KERNEL | __GFP_NOFAIL, 0));
	CHECK(!fault_inject_nth_end());
	CHECK(!page_fails(GFP_KERNEL, 0));
}

static const struct test tests[] = {
	{"times", test_times},
	{"interval", test_interval},
	{"probability", test_probability},
	{"space", test_space},
	{"the two allocators apart", test_apart},
	{"numbers that are none", test_bad_numbers},
	{"the nth allocation", test_nth},
	{"whose allocations count", test_nth_whose},
};
TEST_MAIN(tests)
