/*
 * shmem.c - memory that related processes share and no file backs
 * (MAP_SHARED | MAP_ANONYMOUS).
 *
 * Each such mapping gets a nameless file of its own whose pages live in the
 * page cache, or in a swap area (shmem_swap.c). Areas hold references on it; fork copies areas,
 * so parent and child see the same pages. When the last area goes, so do they.
 */
#include "mm/slab.h"
#include "fault/internal.h"
#include "internal.h"
#include "shmem.h"

static struct kmem_cache *shmem_cache;

const struct address_space_ops shmem_aops = {
	.readpage = shmem_readpage,
};

static void shmem_release(struct mapped_file *file)
{
	struct shmem_object *object = container_of(file, struct shmem_object, file);

	account_committed(NULL, -(long)mapping_pages(&object->mapping));
	truncate_inode_pages(&object->mapping, 0);
	shmem_drop_slots(object);
	shmem_unlist(object);
	kmem_cache_free(shmem_cache, object);
}

static const struct mapped_file_ops shmem_file_ops = {
	.release = shmem_release,
};

/* Nothing is read from a disk here but slots, however new the page is. */
static int shmem_fault(struct vm_area_struct *vma, struct vm_fault *vmf)
{
	struct shmem_object *object = shmem_of(vma->vm_file->mapping);
	bool major;
	int err = 0;

	if (unlikely(object->nr_swapped))
		err = shmem_bring_back(object, vmf->pgoff, vmf);
	if (unlikely(err))
		return err;
	major = vmf->major;
	err = filemap_fault(vma, vmf);
	vmf->major = major;
	return err;
}

const struct vm_ops shmem_vm_ops = {
	.name = "shared memory",
	.fault = shmem_fault,
	.map_pages = filemap_map_pages,
};

/* An object of `size` bytes, with one reference; NULL when out of memory. */
struct mapped_file *shmem_create(unsigned long size)
{
	struct shmem_object *object = kmem_cache_alloc(shmem_cache, GFP_KERNEL);

	if (!object)
		return NULL;
	object->swapped = (struct radix_tree_root)RADIX_TREE_INIT;
	object->nr_swapped = 0;
	address_space_init(&object->mapping, object, &shmem_aops);
	object->mapping.size = (loff_t)size;
	account_committed(NULL, (long)mapping_pages(&object->mapping));
	object->file = (struct mapped_file){
		.count = ATOMIC_INIT(1),
		.mapping = &object->mapping,
		.path = "/dev/zero (deleted)", /* as /proc/PID/maps shows it */
		.ops = &shmem_file_ops,
		.readable = true,
		.writable = true,
	};
	shmem_list(object);
	return &object->file;
}

void shmem_init(void)
{
	shmem_cache =
		kmem_cache_create("shmem_object", sizeof(struct shmem_object), 0, SLAB_PANIC, NULL);
}
