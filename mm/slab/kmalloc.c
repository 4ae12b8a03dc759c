/*
 * kmalloc.c - memory by the byte: size classes on slab caches, pages above.
 *
 *   size      1..8 ..16 ..32 ..64 ..96 ..128 ..192 ..256 ..512 .. 1K .. 2K .. 4K | 8K .. 4M
 *   class       8   16   32   64   96   128   192   256   512     1K    2K    4K |  pages
 *
 * Classes that are powers of two are aligned to themselves. The class of a
 * constant size is known to the compiler (mm/slab.h); else, up to 192 bytes,
 * an eighth of the size looks it up. Whole pages are compound blocks, which know
 * their order.
 */
#include "internal.h"
#include "page/internal.h"
#include "kernel/string.h"

#define CLASS_MOST    4096u
#define LOOKUP_STEP   8u
#define LOOKUP_MOST   192u
#define KMALLOC_ALIGN 8u

static const struct {
	size_t size;
	const char *name, *dma_name;
} classes[NR_KMALLOC_CLASSES] = {
#define X(bytes) [KMALLOC_##bytes] = {bytes, "kmalloc-" #bytes, "dma-kmalloc-" #bytes},
	KMALLOC_CLASSES(X)
#undef X
};
static struct kmem_cache caches[NR_KMALLOC_CLASSES], dma_caches[NR_KMALLOC_CLASSES];
struct kmem_cache *kmalloc_caches[NR_KMALLOC_CLASSES];
/* small[(size - 1) / 8] for sizes up to 192. */
static struct kmem_cache *small[LOOKUP_MOST / LOOKUP_STEP];

static void make_class(struct kmem_cache *cache, const char *name, size_t size, unsigned int flags)
{
	size_t align = is_power_of_2(size) ? size : KMALLOC_ALIGN;

	BUG_ON(!cache_setup(cache, name, size, align, flags, NULL));
	cache_chain_add(cache);
}

/* Those that hold descriptors of others come first: see cache_chain_add(). */
void kmalloc_init(void)
{
	for (unsigned int i = 0; i < NR_KMALLOC_CLASSES; i++) {
		make_class(&caches[i], classes[i].name, classes[i].size, 0);
		kmalloc_caches[i] = &caches[i];
	}
	for (unsigned int i = 0; i < NR_KMALLOC_CLASSES; i++)
		make_class(&dma_caches[i], classes[i].dma_name, classes[i].size, SLAB_CACHE_DMA);
	for (unsigned int i = 0; i < ARRAY_SIZE(small); i++)
		small[i] = &caches[kmalloc_class((i + 1) * LOOKUP_STEP)];
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

/* All but the common case. */
static __noinline void *kmalloc_other(size_t size, gfp_t gfp, const void *caller)
{
	gfp_t plain = gfp & ~__GFP_ZERO;
	void *object;

	if (size <= CLASS_MOST && (gfp & __GFP_DMA))
		object = cache_alloc(&dma_caches[kmalloc_class(size)], plain, caller);
	else if (size <= CLASS_MOST)
		object = cache_alloc(&caches[kmalloc_class(size)], plain, caller);
	else
		object = kmalloc_pages(size, plain);
	if ((gfp & __GFP_ZERO) && object)
		memset(object, 0, size);
	return object;
}

static __always_inline void *kmalloc_for(size_t size, gfp_t gfp, const void *caller)
{
	if (likely(size - 1 < LOOKUP_MOST && !(gfp & (__GFP_ZERO | __GFP_DMA))))
		return cache_alloc(small[(size - 1) / LOOKUP_STEP], gfp, caller);
	return kmalloc_other(size, gfp, caller ? caller : CALLER);
}

void *__kmalloc(size_t size, gfp_t gfp)
{
	return kmalloc_for(size, gfp, NULL);
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
		cache_free(page_cache_of(page), (void *)object);
	else
		kfree_pages(page, object);
}

size_t ksize(const void *object)
{
	const struct page *page = object_page(object);

	if (PageSlab(page))
		return page_cache_of(page)->object_size;
	BUG_ON(!PageHead(page));
	return PAGE_SIZE << compound_order(page);
}

void *krealloc(const void *object, size_t size, gfp_t gfp)
{
	size_t old = object ? ksize(object) : 0;
	void *bigger;

	BUG_ON(gfp & __GFP_ZERO);
	if (!size) {
		kfree(object);
		return NULL;
	}
	if (size <= old)
		return (void *)object;
	bigger = kmalloc_for(size, gfp, CALLER);
	if (bigger && object) {
		memcpy(bigger, object, old);
		kfree(object);
	}
	return bigger;
}

char *kstrdup(const char *s, gfp_t gfp)
{
	size_t size = strlen(s) + 1;
	char *copy = kmalloc_for(size, gfp, CALLER);

	return copy ? memcpy(copy, s, size) : NULL;
}
