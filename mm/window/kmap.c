/*
 * kmap.c - windows onto pages that the direct map does not hold.
 *
 * kmap_atomic: a stack of KM_MAX_DEPTH fixmap slots for each CPU. Taking a
 * window writes the slot's entry and drops its old translation, if the slot
 * held another page; giving it back only moves the top of the stack.
 *
 * kmap: 1,024 slots, one page table. Counting rule of pkmap_count[]:
 *
 *     0  free, and no TLB holds a translation
 *     1  nobody uses it any more, but the entry and its translation are there
 *     n  n - 1 users
 *
 * so that kunmap() never flushes, and a page mapped again soon finds its slot
 * by hash. New slots are given out in turn; each time the turn comes round, all
 * slots with count 1 are cleared by one flush of the window. A count must
 * never go from 1 to 0 in any other way.
 *
 *     0 --kmap--> 2 <--kmap/kunmap--> 3 ...
 *     ^           |
 *     +-- wrap -- 1 (kmap of the same page: 2 again)
 */
#include "mm/highmem.h"
#include "arch/invlpg.h"
#include "arch/pgtable.h"
#include "arch/tlb.h"
#include "kernel/lock.h"
#include "kernel/wait.h"
#include "mm/fixmap.h"
#include "page/internal.h"

#define HASH_SIZE 256
#define NO_SLOT	  0xffffu
/*
 * Entries lie in the order of the pages that they map, four bytes each: what an address >>
 * PAGE_SHIFT is as a number of entries, it is >> ENTRY_SHIFT as a number of bytes. (An array
 * indexed by the former costs nine instructions more.)
 */
#define ENTRY_SHIFT (PAGE_SHIFT - 2)
_Static_assert(sizeof(pte_t) == 4, "ENTRY_SHIFT");

_Static_assert(PKMAP_SLOTS < NO_SLOT, "slot numbers are 16 bits");

/* kmap_lock protects all of these; the numbers of unused slots may be read without it. */
static DEFINE_SPINLOCK(kmap_lock);
static int pkmap_count[PKMAP_SLOTS];
static struct page *pkmap_page[PKMAP_SLOTS];
static u16 pkmap_next[PKMAP_SLOTS]; /* hash chain */
static u16 pkmap_hash[HASH_SIZE];
static unsigned int last_slot;
static unsigned int slots_used; /* count >= 2 */
static pte_t *pkmap_table;
static DECLARE_WAIT_QUEUE_HEAD(pkmap_wait);

/*
 * The atomic windows go down from that of FIX_KMAP_BEGIN. kmap_last is the address
 * of the one taken last. kmap_entries is where the entry of address 0 would be if the
 * windows' table began there; window_entry() starts from it. kmap_bits is PAGE_KERNEL, kept at
 * hand.
 */
static DEFINE_PER_CPU(unsigned long, kmap_last);
static unsigned long kmap_entries;
static u32 kmap_bits;

void kmap_init(void)
{
	const unsigned long first = fix_to_virt(FIX_KMAP_BEGIN);
	const pte_t *ptep;

	pkmap_table = kernel_pte(PKMAP_BASE, true);
	ptep = kernel_pte(first, true);
	BUG_ON(!pkmap_table || !ptep);
	this_cpu(kmap_last) = first + PAGE_SIZE;
	kmap_entries = (unsigned long)ptep - (first >> ENTRY_SHIFT);
	kmap_bits = pgprot_val(PAGE_KERNEL);
	for (unsigned int i = 0; i < HASH_SIZE; i++)
		pkmap_hash[i] = NO_SLOT;
}

static __always_inline pte_t *window_entry(unsigned long addr)
{
	return (pte_t *)((addr >> ENTRY_SHIFT) + kmap_entries);
}

/* Short enough to be measured in instructions (tests/host/cost): nothing is called. */
void *kmap_atomic(struct page *page)
{
	pfn_t pfn = page_to_pfn(page);
	unsigned long addr;
	pte_t *ptep, pte;

	preempt_disable();
	if (pfn < max_low_pfn)
		return pfn_to_virt(pfn);
	addr = this_cpu(kmap_last) - PAGE_SIZE;
	BUG_ON(addr < fix_to_virt(FIX_KMAP_END));
	this_cpu(kmap_last) = addr;
	barrier(); /* from here on no interrupt handler takes this window */
	ptep = window_entry(addr);
	pte = mk_pte_pfn(pfn, __pgprot(kmap_bits));
	if (ptep->pte != pte.pte) {
		set_pte(ptep, pte);
		invlpg(addr);
		count_vm_event(VM_TLB_FLUSH_PAGE);
	}
	return (void *)addr;
}

void kunmap_atomic(void *addr)
{
	if ((unsigned long)addr >= fix_to_virt(FIX_KMAP_END)) {
		/* Another window than the one taken last: they must nest. */
		BUG_ON(((unsigned long)addr & PAGE_MASK) != this_cpu(kmap_last));
		this_cpu(kmap_last) += PAGE_SIZE;
	}
	preempt_enable();
}

static unsigned long slot_addr(unsigned int slot)
{
	return PKMAP_BASE + slot * PAGE_SIZE;
}

static u16 *hash_bucket(const struct page *page)
{
	return &pkmap_hash[page_to_pfn(page) % HASH_SIZE];
}

/* The slot that holds the page, or NO_SLOT. */
static unsigned int slot_find(const struct page *page)
{
	unsigned int slot = *hash_bucket(page);

	while (slot != NO_SLOT && pkmap_page[slot] != page)
		slot = pkmap_next[slot];
	return slot;
}

static void hash_remove(unsigned int slot)
{
	u16 *link = hash_bucket(pkmap_page[slot]);

	while (*link != slot)
		link = &pkmap_next[*link];
	*link = pkmap_next[slot];
	pkmap_page[slot] = NULL;
}

/* Makes every slot without users free: the wrap. */
static void flush_unused(void)
{
	bool any = false;

	for (unsigned int slot = 0; slot < PKMAP_SLOTS; slot++) {
		if (pkmap_count[slot] != 1)
			continue;
		pkmap_count[slot] = 0;
		hash_remove(slot);
		pte_clear(&pkmap_table[slot]);
		any = true;
	}
	if (any)
		tlb_flush_kernel_range(PKMAP_BASE, PKMAP_END);
}

/* Next free slot in turn, or NO_SLOT when every one has users. */
static unsigned int slot_take(void)
{
	/* Two rounds: the first may pass unused slots before the wrap clears them. */
	for (unsigned int tries = 0; tries < 2 * PKMAP_SLOTS; tries++) {
		last_slot = (last_slot + 1) % PKMAP_SLOTS;
		if (last_slot == 0)
			flush_unused();
		if (pkmap_count[last_slot] == 0)
			return last_slot;
	}
	return NO_SLOT;
}

static void slot_fill(unsigned int slot, struct page *page)
{
	u16 *bucket = hash_bucket(page);

	pkmap_page[slot] = page;
	pkmap_next[slot] = *bucket;
	*bucket = (u16)slot;
	pkmap_count[slot] = 1;
	set_pte(&pkmap_table[slot], mk_pte_pfn(page_to_pfn(page), PAGE_KERNEL));
}

static void *kmap_high(struct page *page)
{
	unsigned int slot;

	spin_lock(&kmap_lock);
	/* After each sleep all is looked up again: somebody may have mapped this very page. */
	for (;;) {
		slot = slot_find(page);
		if (slot != NO_SLOT)
			break;
		slot = slot_take();
		if (slot != NO_SLOT) {
			slot_fill(slot, page);
			break;
		}
		spin_unlock(&kmap_lock);
		wait_event(pkmap_wait, READ_ONCE(slots_used) < PKMAP_SLOTS);
		spin_lock(&kmap_lock);
	}
	if (pkmap_count[slot]++ == 1)
		slots_used++;
	BUG_ON(pkmap_count[slot] < 2);
	spin_unlock(&kmap_lock);
	return (void *)slot_addr(slot);
}

void *kmap(struct page *page)
{
	might_sleep();
	return PageHighMem(page) ? kmap_high(page) : page_address(page);
}

void kunmap(struct page *page)
{
	unsigned int slot;
	bool full;

	if (!PageHighMem(page))
		return;
	spin_lock(&kmap_lock);
	slot = slot_find(page);
	if (slot == NO_SLOT || pkmap_count[slot] < 2)
		bad_page(page, "kunmap of a page that is not mapped");
	full = slots_used == PKMAP_SLOTS;
	if (--pkmap_count[slot] == 1)
		slots_used--;
	else
		full = false;
	spin_unlock(&kmap_lock);
	if (full)
		wake_up_all(&pkmap_wait);
}

unsigned int kmap_slots_in_use(void)
{
	return slots_used;
}
