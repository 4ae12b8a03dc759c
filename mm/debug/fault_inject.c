/*
 * fault_inject.c - allocations that fail although there is memory, and disks that seem bad.
 *
 * By chance, for each of the two allocators and for block devices apart, with Linux's four numbers
 * (failslab=interval,probability,space,times, fail_page_alloc= and fail_make_request= likewise):
 *
 *   request -> times left? -> space used up? -> interval-th? -> die < probability -> fails
 *                 no |           no |              no |             no |
 *                    +--------------+-----------------+----------------+--> goes on
 *
 *   interval     only each interval-th request is considered
 *   probability  percent of those that fail
 *   space        bytes (failslab, fail_make_request) or frames that are spared first
 *   times        failures in all; -1: no limit
 *
 * The die is a generator of its own with a fixed start, so that the same run
 * fails at the same places. Unlike Linux's default, requests that may sleep and
 * single frames fail as well. What the kernel's start and process 1 ask for never
 * fails by chance: without them there is no run.
 *
 * By order: a task's fault_nth says how many of its own allocations will still
 * succeed. It goes before chance.
 *
 * The allocators' short ways know nothing of this: while anybody wants failures
 * they are closed, and every request comes here by the long way.
 */
#include "mm/fault_inject.h"
#include "kernel/cmdline.h"
#include "kernel/printk.h"
#include "kernel/ratelimit.h"
#include "kernel/string.h"
#include "kernel/xorshift.h"
#include "mm/vmstat.h"
#include "page/internal.h"
#include "slab/internal.h"

#define ATTR_TEXT_MAX 64
#define NO_LIMIT      (-1l)

static struct ratelimit reports;

/* Failures by chance of one allocator. */
struct fault_attr {
	const char *name; /* on the command line */
	enum vm_event event;
	unsigned long interval, probability, space;
	long times;
	unsigned long considered;
};

static struct fault_attr failslab = {.name = "failslab", .event = VM_FAILSLAB};
static struct fault_attr fail_page_alloc = {.name = "fail_page_alloc", .event = VM_FAIL_PAGE_ALLOC};
static struct fault_attr fail_make_request = {.name = "fail_make_request",
					      .event = VM_FAIL_MAKE_REQUEST};

/* Holds the order of the boot thread's first steps. */
static struct fault_nth boot_nth;
DEFINE_PER_CPU(struct fault_nth *, current_fault_nth) = &boot_nth;

static bool started;	   /* failures by chance may happen */
static unsigned int users; /* tasks that are armed, and one for failures by chance */

/* One more or one less wants failures. */
static void injection_use(int change)
{
	bool was_used = users != 0;

	users += (unsigned int)change;
	if (was_used != (users != 0)) {
		slab_shortcuts(was_used);
		page_alloc_shortcuts(was_used);
	}
}

void fault_nth_set(struct fault_nth *nth, unsigned int n)
{
	bool was_armed = nth->armed;

	nth->left = 0;
	if (was_armed != (n != 0))
		injection_use(n ? 1 : -1);
	nth->armed = n != 0;
	nth->left = n;
}

void fault_inject_nth(unsigned int n)
{
	fault_nth_set(this_cpu(current_fault_nth), n);
}

bool fault_inject_nth_end(void)
{
	struct fault_nth *nth = this_cpu(current_fault_nth);
	bool fired = nth->armed && nth->left == 0;

	fault_nth_set(nth, 0);
	return fired;
}

/* Interrupts off. */
static u32 draw(void)
{
	static u32 state = XORSHIFT_SEED;

	return xorshift32(&state);
}

/* Shall a request of this size fail by chance? Interrupts off. */
static bool fails_by_chance(struct fault_attr *attr, unsigned long size)
{
	if (!started || this_cpu(current_fault_nth)->spared || attr->probability == 0 ||
	    attr->times == 0)
		return false;
	if (attr->space > size) {
		attr->space -= size;
		return false;
	}
	if (++attr->considered % attr->interval)
		return false;
	if (draw() % 100 >= attr->probability)
		return false;
	if (attr->times != NO_LIMIT)
		attr->times--;
	return true;
}

/* Is this the allocation that the running task's order is about? Interrupts off. */
static bool fails_by_order(void)
{
	struct fault_nth *nth = this_cpu(current_fault_nth);

	return nth->left && --nth->left == 0;
}

static bool should_fail(struct fault_attr *attr, gfp_t gfp, unsigned long size)
{
	unsigned long flags;
	bool fails;

	if (likely(!users) || (gfp & __GFP_NOFAIL))
		return false;
	flags = local_irq_save();
	if (!in_interrupt() && this_cpu(current_fault_nth)->left)
		fails = fails_by_order();
	else
		fails = fails_by_chance(attr, size);
	local_irq_restore(flags);
	if (fails)
		count_vm_event(attr->event);
	return fails;
}

bool should_failslab(const struct kmem_cache *cache, gfp_t gfp)
{
	if (likely(!should_fail(&failslab, gfp, cache->object_size)))
		return false;
	if (!(gfp & __GFP_NOWARN) && ratelimit(&reports))
		pr_notice("FAULT_INJECTION: forcing a failure: failslab, %s, mode:0x%x\n",
			  cache->name, gfp);
	return true;
}

bool should_fail_alloc_page(gfp_t gfp, unsigned int order)
{
	if (likely(!should_fail(&fail_page_alloc, gfp, BIT(order))))
		return false;
	if (!(gfp & __GFP_NOWARN) && ratelimit(&reports))
		pr_notice("FAULT_INJECTION: forcing a failure: fail_page_alloc, order:%u, "
			  "mode:0x%x\n",
			  order, gfp);
	return true;
}

/* Not by order, which is about memory. */
bool should_fail_request(unsigned long bytes)
{
	unsigned long flags;
	bool fails;

	if (likely(!users))
		return false;
	flags = local_irq_save();
	fails = fails_by_chance(&fail_make_request, bytes);
	local_irq_restore(flags);
	if (!fails)
		return false;
	count_vm_event(VM_FAIL_MAKE_REQUEST);
	if (ratelimit(&reports))
		pr_notice("FAULT_INJECTION: forcing a failure: fail_make_request, %lu bytes\n",
			  bytes);
	return true;
}

/* --- the command line --- */

/* Takes a number off the text, and the comma behind it unless it is the last; false: malformed. */
static bool take_number(char **text, bool last, unsigned long *value)
{
	char *number = *text, *comma = strchr(number, ',');

	if (last != !comma)
		return false;
	if (comma) {
		*comma = '\0';
		*text = comma + 1;
	}
	return kstrtoul(number, 10, value) == 0;
}

/* Fills in the four numbers; false when the text is none such. */
static bool parse_attr(struct fault_attr *attr, char *text)
{
	unsigned long times;

	if (!take_number(&text, false, &attr->interval) || attr->interval == 0 ||
	    !take_number(&text, false, &attr->probability) || attr->probability > 100 ||
	    !take_number(&text, false, &attr->space))
		return false;
	attr->times = NO_LIMIT;
	if (!strcmp(text, "-1"))
		return true;
	if (!take_number(&text, true, &times) || (long)times < 0)
		return false;
	attr->times = (long)times;
	return true;
}

static void setup_attr(struct fault_attr *attr)
{
	char text[ATTR_TEXT_MAX], parts[ATTR_TEXT_MAX];

	attr->probability = 0;
	if (!cmdline_get(attr->name, text, sizeof(text)))
		return;
	strlcpy(parts, text, sizeof(parts));
	if (parse_attr(attr, parts))
		return;
	attr->probability = 0;
	cmdline_bad(attr->name, text,
		    "interval,probability,space,times (interval from 1, probability 0 to 100, "
		    "times -1: no limit)");
}

void fault_inject_init(void)
{
	setup_attr(&failslab);
	setup_attr(&fail_page_alloc);
	setup_attr(&fail_make_request);
}

void fault_inject_start(void)
{
	if (started || (!failslab.probability && !fail_page_alloc.probability &&
			!fail_make_request.probability))
		return;
	pr_notice("FAULT_INJECTION: %s begin to fail\n",
		  fail_make_request.probability ? "requests" : "allocations");
	this_cpu(current_fault_nth)->spared = true;
	injection_use(1);
	started = true;
}
