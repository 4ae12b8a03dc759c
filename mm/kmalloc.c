/*
 * kmalloc.c - memory by the byte: size classes on slab caches, pages above.
 *
 *   size      1..8 ..16 ..32 ..64 ..96 ..128 ..192 ..256 ..512 .. 1K .. 2K .. 4K | 8K .. 4M
 *   class       8   16   32   64   96   128   192   256   512     1K    2K    4K |  pages
 *
 * Classes that are powers of two are aligned to themselves. Up to 192 bytes
 * the class is looked up by eighths of the size; above, it is the next power
 * of two. Whole pages are compound blocks, which know their order.
 */
#include "slab_internal.h"
#include "kernel/string.h"

#define CLASS_MOST    4096u
#define LOOKUP_STEP   8u
#define LOOKUP_MOST   192u
#define FIRST_SHIFT   8 /* log2 of the first class that is found by power of two */
#define NR_LARGE      5
#define KMALLOC_ALIGN 8u

static const struct {
	size_t size;
	const char *name;
} classes[] = {
	{8, "kmalloc-8"},	{16, "kmalloc-16"},	{32, "kmalloc-32"},
	{64, "kmalloc-64"},	{96, "kmalloc-96"},	{128, "kmalloc-128"},
	{192, "kmalloc-192"},	{256, "kmalloc-256"},	{512, "kmalloc-512"},
	{1024, "kmalloc-1024"}, {2048, "kmalloc-2048"}, {4096, "kmalloc-4096"},
};
static struct kmem_cache caches[ARRAY_SIZE(classes)];
/* small[(size - 1) / 8] for size <= 192; large[order] for the powers of two from 256 on. */
static struct kmem_cache *small[LOOKUP_MOST / LOOKUP_STEP];
static struct kmem_cache *large[NR_LARGE];

void kmalloc_init(void)
{
	unsigned int class = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(classes); i++) {
		size_t size = classes[i].size;

		BUG_ON(!cache_setup(&caches[i], classes[i].name, size,
				    is_power_of_2(size) ? size : KMALLOC_ALIGN, 0, NULL));
		cache_chain_add(&caches[i]);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(small); i++) {
		while (classes[class].size < (i + 1) * LOOKUP_STEP)
			class ++;
		small[i] = &caches[class];
	}
	for (unsigned int i = 0; i < NR_LARGE; i++)
		large[i] = &caches[ARRAY_SIZE(classes) - NR_LARGE + i];
}

static __noinline void *kmalloc_pages(size_t size, gfp_t gfp)
{
	struct page *page;

	if (size > KMALLOC_MAX_SIZE)
		return NULL;
	page = alloc_pages((gfp & ~__GFP_HIGHMEM) | __GFP_COMP,
			   order_base_2(DIV_ROUND_UP(size, PAGE_SIZE)));
	return page ? page_address(page) : NULL;
}

/* All but the common case of kmalloc(). */
static __noinline void *kmalloc_other(size_t size, gfp_t gfp)
{
	gfp_t plain = gfp & ~__GFP_ZERO;
	void *object;

	if (size <= LOOKUP_MOST)
		object = cache_alloc(small[size ? (size - 1) / LOOKUP_STEP : 0], plain);
	else if (size <= CLASS_MOST)
		object = cache_alloc(large[order_base_2(size) - FIRST_SHIFT], plain);
	else
		object = kmalloc_pages(size, plain);
	if ((gfp & __GFP_ZERO) && object)
		memset(object, 0, size);
	return object;
}

void *kmalloc(size_t size, gfp_t gfp)
{
	if (likely(size - 1 < LOOKUP_MOST && !(gfp & __GFP_ZERO)))
		return cache_alloc(small[(size - 1) / LOOKUP_STEP], gfp);
	return kmalloc_other(size, gfp);
}

void *kzalloc(size_t size, gfp_t gfp)
{
	return kmalloc(size, gfp | __GFP_ZERO);
}

/* The page of an object that kmalloc() gave out: of a slab, or the head of a compound block. */
static struct page *object_page(const void *object)
{
	pfn_t pfn = virt_to_pfn(object);

	if (unlikely(pfn >= max_low_pfn))
		bad_object(NULL, object, "is no kmalloc() address");
	return pfn_to_page(pfn);
}

static __noinline void kfree_pages(struct page *page, const void *object)
{
	if (!PageHead(page) || ((unsigned long)object & ~PAGE_MASK))
		bad_object(NULL, object, "does not come from kmalloc()");
	__free_pages(page, compound_order(page));
}

void kfree(const void *object)
{
	struct page *page;

	if (unlikely(!object))
		return;
	page = object_page(object);
	if (likely(PageSlab(page)))
		cache_free((struct kmem_cache *)page->lru.next, (void *)object);
	else
		kfree_pages(page, object);
}

size_t ksize(const void *object)
{
	const struct page *page = object_page(object);

	if (PageSlab(page))
		return ((const struct kmem_cache *)page->lru.next)->object_size;
	BUG_ON(!PageHead(page));
	return PAGE_SIZE << compound_order(page);
}

char *kstrdup(const char *s, gfp_t gfp)
{
	size_t size = strlen(s) + 1;
	char *copy = kmalloc(size, gfp);

	return copy ? memcpy(copy, s, size) : NULL;
}
