/*
 * elf.c - i386 ELF programs: checked, then mapped page by page of the file.
 *
 * A program is a list of PT_LOAD segments, in ascending order. Each becomes a
 * private file area, so that its pages are read when they are touched; what the
 * segment has beyond its file part (BSS) is the rest of the last file page,
 * zeroed, and anonymous memory after it:
 *
 *   |<------------- p_filesz ------------->|<------ p_memsz - p_filesz ----->|
 *   [ file page ][ file page ][ file p. | 0 ][ anonymous ] ... [ anonymous ]
 *
 * ET_EXEC programs say where they go. Position-independent ones (ET_DYN) go to
 * PIE_BASE if they ask for a loader (PT_INTERP), else (static-pie, and the
 * loader itself) into the mmap area. The loader is mapped too, and starts first.
 *
 * Headers are the user's word and may be hostile: whatever does not add up is
 * -ENOEXEC before anything is mapped.
 */
#include "i386/cpu.h"
#include "kernel/errno.h"
#include "kernel/string.h"
#include "kernel/time.h"
#include "mm/fault.h"
#include "mm/highmem.h"
#include "mm/mmap.h"
#include "mm/slab.h"
#include "proc/elf.h"
#include "proc/exec.h"

#define PIE_BASE   0x00400000ul /* Linux's ELF_ET_DYN_BASE for 32-bit programs since 4.13 */
#define PHNUM_MAX  128		/* 4 KiB of program headers */
#define NO_ADDRESS (~0ul)
#define HEAP_GAP   PAGE_SIZE
/* No segment may lie where the stack will be. */
#define PROGRAM_TOP (STACK_TOP - STACK_LIMIT - STACK_GUARD_GAP)
_Static_assert(PROGRAM_TOP % PAGE_SIZE == 0, "aligning a segment's end must not pass it");

/* One ELF file: its headers, and where it was put. */
struct elf_file {
	struct file *file;
	const char *head; /* its first bytes, so many, already read; may be none */
	u32 head_size;
	struct elf32_ehdr ehdr;
	struct elf32_phdr *phdr;
	const struct elf32_phdr *interp; /* PT_INTERP, or NULL */
	unsigned long low, high;	 /* pages that its segments span, as linked */
	unsigned long bias;		 /* loaded minus linked */
};

static int check_ehdr(const struct elf32_ehdr *ehdr)
{
	if (memcmp(ehdr->ident, ELF_MAGIC, ELF_MAGIC_SIZE) != 0 ||
	    ehdr->ident[EI_CLASS] != ELFCLASS32 || ehdr->ident[EI_DATA] != ELFDATA2LSB)
		return -ENOEXEC;
	if ((ehdr->type != ET_EXEC && ehdr->type != ET_DYN) || ehdr->machine != EM_386)
		return -ENOEXEC;
	if (ehdr->phentsize != sizeof(struct elf32_phdr) || ehdr->phnum == 0 ||
	    ehdr->phnum > PHNUM_MAX)
		return -ENOEXEC;
	return 0;
}

/* Exactly `count` bytes of a file, or -ENOEXEC (it ends before), -EIO, -ENOMEM. */
static int read_exactly(const struct elf_file *elf, u32 pos, void *buf, size_t count)
{
	ssize_t n;

	if ((u64)pos + count <= elf->head_size) {
		memcpy(buf, elf->head + pos, count);
		return 0;
	}
	n = kernel_read(elf->file, pos, buf, count);
	if (n < 0)
		return n == -EINVAL ? -ENOEXEC : (int)n;
	return (size_t)n == count ? 0 : -ENOEXEC;
}

/* A segment must lie in user space and in the file, and behind the one before it. */
static int check_segment(const struct elf_file *elf, const struct elf32_phdr *ph)
{
	u64 end = (u64)ph->vaddr + ph->memsz, file_end = (u64)ph->offset + ph->filesz;
	unsigned long start = ph->vaddr & PAGE_MASK;

	if (ph->filesz > ph->memsz || end > PROGRAM_TOP)
		return -ENOEXEC;
	if (file_end > (u64)elf->file->mf.mapping->size)
		return -ENOEXEC;
	if (ph->filesz && (ph->vaddr - ph->offset) % PAGE_SIZE != 0)
		return -ENOEXEC;
	if (elf->ehdr.type == ET_EXEC && start < MMAP_MIN_ADDR)
		return -ENOEXEC;
	if (elf->low != NO_ADDRESS && start < elf->high)
		return -ENOEXEC;
	return 0;
}

static int check_segments(struct elf_file *elf)
{
	const struct elf32_phdr *ph;
	int err;

	elf->low = NO_ADDRESS;
	for (ph = elf->phdr; ph < elf->phdr + elf->ehdr.phnum; ph++) {
		if (ph->type == PT_INTERP && !elf->interp)
			elf->interp = ph;
		if (ph->type != PT_LOAD || ph->memsz == 0)
			continue;
		err = check_segment(elf, ph);
		if (err)
			return err;
		if (elf->low == NO_ADDRESS)
			elf->low = ph->vaddr & PAGE_MASK;
		elf->high = PAGE_ALIGN(ph->vaddr + ph->memsz);
	}
	return elf->low == NO_ADDRESS ? -ENOEXEC : 0;
}

/* Reads and checks the headers. The caller frees elf->phdr in any case. */
static int elf_open(struct elf_file *elf, struct file *file)
{
	size_t size;
	int err;

	elf->file = file;
	if (!file->mf.mapping)
		return -ENOEXEC;
	err = read_exactly(elf, 0, &elf->ehdr, sizeof(elf->ehdr));
	if (!err)
		err = check_ehdr(&elf->ehdr);
	if (err)
		return err;
	size = elf->ehdr.phnum * sizeof(struct elf32_phdr);
	elf->phdr = kmalloc(size, GFP_KERNEL);
	if (!elf->phdr)
		return -ENOMEM;
	err = read_exactly(elf, elf->ehdr.phoff, elf->phdr, size);
	return err ? err : check_segments(elf);
}

/* Finds room for a position-independent file: sets its bias. mmap_sem held for writing. */
static int choose_bias(struct elf_file *elf, struct mm_struct *mm, bool main_program)
{
	unsigned long size = elf->high - elf->low, addr = 0;
	unsigned int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
	long got;

	if (elf->ehdr.type == ET_EXEC)
		return 0;
	if (main_program && elf->interp) {
		addr = PIE_BASE;
		flags |= MAP_FIXED_NOREPLACE;
	}
	/* Asks for the place by taking it, and leaves it again to the segments. */
	got = do_mmap(mm, NULL, addr, size, 0, flags, 0);
	if (IS_ERR((void *)got))
		return (int)got;
	elf->bias = (unsigned long)got - elf->low;
	return do_munmap(mm, (unsigned long)got, size);
}

static unsigned int segment_prot(const struct elf32_phdr *ph)
{
	return (ph->flags & PF_R ? PROT_READ : 0) | (ph->flags & PF_W ? PROT_WRITE : 0) |
	       (ph->flags & PF_X ? PROT_EXEC : 0);
}

static int map_segment(const struct elf_file *elf, const struct elf32_phdr *ph,
		       struct mm_struct *mm)
{
	unsigned long addr = ph->vaddr + elf->bias, start = addr & PAGE_MASK;
	unsigned long file_end = ph->filesz ? PAGE_ALIGN(addr + ph->filesz) : start;
	unsigned long end = PAGE_ALIGN(addr + ph->memsz);
	long got;

	if (ph->filesz) {
		got = do_mmap(mm, &elf->file->mf, start, file_end - start, segment_prot(ph),
			      MAP_PRIVATE | MAP_FIXED_NOREPLACE | MAP_DENYWRITE,
			      (ph->offset & PAGE_MASK) >> PAGE_SHIFT);
		if (IS_ERR((void *)got))
			return (int)got;
	}
	return end > file_end ? do_brk_area(mm, file_end, end - file_end, segment_prot(ph)) : 0;
}

/* Notes where the program's text and data are, for /proc and brk(). */
static void note_bounds(const struct elf_file *elf, const struct elf32_phdr *ph,
			struct mm_struct *mm)
{
	unsigned long addr = ph->vaddr + elf->bias, file_end = addr + ph->filesz;

	if (ph->flags & PF_X) {
		if (mm->start_code == 0 || addr < mm->start_code)
			mm->start_code = addr;
		mm->end_code = max(mm->end_code, file_end);
	}
	mm->start_data = max(mm->start_data, addr);
	mm->end_data = max(mm->end_data, file_end);
}

/* Maps all segments. mmap_sem held for writing. */
static int elf_map(struct elf_file *elf, struct mm_struct *mm, bool main_program)
{
	const struct elf32_phdr *ph;
	int err = choose_bias(elf, mm, main_program);

	for (ph = elf->phdr; ph < elf->phdr + elf->ehdr.phnum && !err; ph++) {
		if (ph->type != PT_LOAD || ph->memsz == 0)
			continue;
		err = map_segment(elf, ph, mm);
		if (main_program)
			note_bounds(elf, ph, mm);
	}
	/* Somebody's place is taken: its own loader's, or the stack's. */
	return err == -EEXIST ? -ENOEXEC : err;
}

/* Zeroes the rest of the page in which a segment's file part ends. mmap_sem not held. */
static int zero_tail(const struct elf_file *elf, const struct elf32_phdr *ph, struct mm_struct *mm)
{
	unsigned long end = ph->vaddr + elf->bias + ph->filesz;
	unsigned long offset = end % PAGE_SIZE;
	struct page *page;
	char *addr;

	if (ph->type != PT_LOAD || !ph->filesz || ph->memsz == ph->filesz || !offset ||
	    !(ph->flags & PF_W))
		return 0;
	page = get_user_page(mm, end, true);
	if (IS_ERR(page))
		return (int)PTR_ERR(page);
	addr = kmap_atomic(page);
	memset(addr + offset, 0, PAGE_SIZE - offset);
	kunmap_atomic(addr);
	put_page(page);
	return 0;
}

static int zero_tails(const struct elf_file *elf, struct mm_struct *mm)
{
	const struct elf32_phdr *ph;
	int err = 0;

	for (ph = elf->phdr; ph < elf->phdr + elf->ehdr.phnum && !err; ph++)
		err = zero_tail(elf, ph, mm);
	return err;
}

/* Opens the loader that a program names. ERR_PTR. */
static struct file *open_interp(const struct elf_file *elf)
{
	u32 size = elf->interp->filesz;
	struct file *file;
	char *path;
	int err;

	if (size < 2 || size > PATH_MAX)
		return ERR_PTR(-ENOEXEC);
	path = kmalloc(size, GFP_KERNEL);
	if (!path)
		return ERR_PTR(-ENOMEM);
	err = read_exactly(elf, elf->interp->offset, path, size);
	if (!err && path[size - 1] != '\0')
		err = -ENOEXEC;
	file = err ? ERR_PTR(err) : open_exec(path);
	kfree(path);
	return file;
}

/* Address at which the program finds its own program headers, 0 when no segment holds them. */
static unsigned long phdr_address(const struct elf_file *elf)
{
	const struct elf32_phdr *ph;
	u32 off = elf->ehdr.phoff;

	for (ph = elf->phdr; ph < elf->phdr + elf->ehdr.phnum; ph++)
		if (ph->type == PT_LOAD && off >= ph->offset && off - ph->offset < ph->filesz)
			return ph->vaddr + elf->bias + (off - ph->offset);
	return 0;
}

static void fill_auxv(struct exec_image *image, const struct elf_file *elf,
		      const struct elf_file *interp)
{
	auxv_add(image, AT_HWCAP, boot_cpu.features);
	auxv_add(image, AT_PAGESZ, PAGE_SIZE);
	auxv_add(image, AT_CLKTCK, HZ);
	auxv_add(image, AT_PHDR, phdr_address(elf));
	auxv_add(image, AT_PHENT, sizeof(struct elf32_phdr));
	auxv_add(image, AT_PHNUM, elf->ehdr.phnum);
	auxv_add(image, AT_BASE, interp->file ? interp->bias : 0);
	auxv_add(image, AT_FLAGS, 0);
	auxv_add(image, AT_ENTRY, elf->ehdr.entry + elf->bias);
	auxv_add(image, AT_UID, 0);
	auxv_add(image, AT_EUID, 0);
	auxv_add(image, AT_GID, 0);
	auxv_add(image, AT_EGID, 0);
	auxv_add(image, AT_SECURE, 0);
}

/*
 * The heap begins a page behind the program, so that it is an area of its own
 * and not the BSS's continuation (on Linux a random distance does that). A
 * program in the mmap area has its heap where programs are.
 */
static void place_heap(struct mm_struct *mm, const struct elf_file *elf)
{
	bool in_mmap_area = elf->ehdr.type == ET_DYN && !elf->interp;

	mm->start_brk = in_mmap_area ? PIE_BASE : elf->high + elf->bias + HEAP_GAP;
	mm->brk = mm->start_brk;
}

static int map_all(struct exec_image *image, struct elf_file *elf, struct elf_file *interp)
{
	struct mm_struct *mm = image->mm;
	int err;

	down_write(&mm->mmap_sem);
	err = elf_map(elf, mm, true);
	if (!err && interp->file)
		err = elf_map(interp, mm, false);
	if (!err)
		place_heap(mm, elf);
	up_write(&mm->mmap_sem);
	if (!err)
		err = zero_tails(elf, mm);
	if (!err && interp->file)
		err = zero_tails(interp, mm);
	return err;
}

int elf_load(struct exec_image *image)
{
	struct elf_file elf = {.head = image->head, .head_size = image->head_size};
	struct elf_file interp = {0};
	struct file *file;
	int err = elf_open(&elf, image->file);

	if (!err && elf.interp) {
		file = open_interp(&elf);
		err = IS_ERR(file) ? (int)PTR_ERR(file) : elf_open(&interp, file);
		/* A loader that needs a loader is none. */
		if (!err && interp.interp)
			err = -ENOEXEC;
	}
	if (!err)
		err = map_all(image, &elf, &interp);
	if (!err) {
		fill_auxv(image, &elf, &interp);
		image->entry =
			interp.file ? interp.ehdr.entry + interp.bias : elf.ehdr.entry + elf.bias;
		image->mm->exe_file = get_mapped_file(&image->file->mf);
	}
	kfree(elf.phdr);
	kfree(interp.phdr);
	if (interp.file) {
		file_allow_write(interp.file); /* as Linux: only the program itself is protected */
		fput(interp.file);
	}
	return err;
}
