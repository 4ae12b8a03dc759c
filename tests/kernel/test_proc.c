/*
 * test_proc.c - program images: hostile and good ELF files, and the stack that a
 * program finds. The files live in memory: an inode whose pages are read from
 * a buffer. Nothing is executed; the address spaces are looked into.
 */
#include "kernel/errno.h"
#include "kernel/ktap.h"
#include "kernel/string.h"
#include "mm/fault.h"
#include "mm/filemap.h"
#include "mm/highmem.h"
#include "mm/mmap.h"
#include "mm/slab.h"
#include "proc/elf.h"
#include "proc/exec.h"

#define IMAGE_SIZE 0x2800u /* two and a half pages */
#define TEXT_VADDR 0x08048000u
#define DATA_VADDR 0x0804a000u
#define DATA_FILE  0x1000u /* offset, and where the half page of data begins */
#define DATA_SIZE  0x1800u
#define BSS_SIZE   0x3000u
#define FILL	   0x5a

/* A file in memory. */
static u8 *contents;
static struct inode inode;
static struct file file;

static int read_memory_page(struct address_space *mapping, struct page *page)
{
	unsigned long at = page->index * PAGE_SIZE;
	char *to = kmap_atomic(page);

	(void)mapping;
	memset(to, 0, PAGE_SIZE);
	if (at < IMAGE_SIZE)
		memcpy(to, contents + at, min((unsigned long)IMAGE_SIZE - at, PAGE_SIZE));
	kunmap_atomic(to);
	return 0;
}

static const struct address_space_ops memory_aops = {.readpage = read_memory_page};

static void no_release(struct mapped_file *mf)
{
	(void)mf;
}

static const struct mapped_file_ops memory_file_ops = {.release = no_release};

static struct elf32_ehdr *ehdr(void)
{
	return (struct elf32_ehdr *)contents;
}

static struct elf32_phdr *phdr(unsigned int i)
{
	return (struct elf32_phdr *)(contents + sizeof(struct elf32_ehdr)) + i;
}

/* A correct program: one page of text, one and a half of data, three of BSS. */
static bool make_file(void)
{
	contents = kmalloc(IMAGE_SIZE, GFP_KERNEL);
	if (!EXPECT(contents))
		return false;
	memset(contents, FILL, IMAGE_SIZE);
	*ehdr() = (struct elf32_ehdr){
		.ident = ELF_MAGIC,
		.type = ET_EXEC,
		.machine = EM_386,
		.version = 1,
		.entry = TEXT_VADDR + 0x100,
		.phoff = sizeof(struct elf32_ehdr),
		.ehsize = sizeof(struct elf32_ehdr),
		.phentsize = sizeof(struct elf32_phdr),
		.phnum = 2,
	};
	ehdr()->ident[EI_CLASS] = ELFCLASS32;
	ehdr()->ident[EI_DATA] = ELFDATA2LSB;
	*phdr(0) = (struct elf32_phdr){PT_LOAD,	  0,	     TEXT_VADDR,  TEXT_VADDR,
				       PAGE_SIZE, PAGE_SIZE, PF_R | PF_X, PAGE_SIZE};
	*phdr(1) = (struct elf32_phdr){PT_LOAD,	    DATA_FILE, DATA_VADDR,
				       DATA_VADDR,  DATA_SIZE, DATA_SIZE + BSS_SIZE,
				       PF_R | PF_W, PAGE_SIZE};
	memset(&inode, 0, sizeof(inode));
	memset(&file, 0, sizeof(file));
	address_space_init(&inode.mapping, &inode, &memory_aops);
	inode.mapping.size = IMAGE_SIZE;
	atomic_set(&file.mf.count, 1);
	file.mf.mapping = &inode.mapping;
	file.mf.path = "/test";
	file.mf.ops = &memory_file_ops;
	file.mf.readable = true;
	file.inode = &inode;
	return true;
}

static void drop_file(void)
{
	truncate_inode_pages(&inode.mapping, 0);
	kfree(contents);
}

static struct exec_image *make_image(void)
{
	struct exec_image *image = kzalloc(sizeof(*image), GFP_KERNEL);

	if (!EXPECT(image))
		return NULL;
	image->file = &file;
	image->mm = mm_alloc();
	if (EXPECT(image->mm))
		return image;
	kfree(image);
	return NULL;
}

static void drop_image(struct exec_image *image)
{
	validate_mm(image->mm);
	args_free(&image->args);
	mmput(image->mm);
	kfree(image);
}

/* Loads the file as it stands now. */
static int load(void)
{
	struct exec_image *image = make_image();
	int err;

	if (!image)
		return -ENOMEM;
	truncate_inode_pages(&inode.mapping, 0);
	inode.mapping.size = IMAGE_SIZE;
	err = elf_load(image);
	drop_image(image);
	return err;
}

/* One word of another address space; ~0 when it is not there. */
static u32 peek(struct mm_struct *mm, u32 addr)
{
	struct page *page = get_user_page(mm, addr, false);
	char *at;
	u32 word;

	if (IS_ERR(page))
		return ~0u;
	at = kmap_atomic(page);
	memcpy(&word, at + addr % PAGE_SIZE, sizeof(word));
	kunmap_atomic(at);
	put_page(page);
	return word;
}

/* Each line spoils one field of the good file. */
#define SPOIL(lvalue, value)                         \
	do {                                         \
		if (make_file()) {                   \
			(lvalue) = (value);          \
			EXPECT_EQ(load(), -ENOEXEC); \
			drop_file();                 \
		}                                    \
	} while (0)

static void test_hostile_header(void)
{
	SPOIL(contents[0], 'X');
	SPOIL(ehdr()->ident[EI_CLASS], 2); /* 64 bits */
	SPOIL(ehdr()->ident[EI_DATA], 2);  /* big-endian */
	SPOIL(ehdr()->machine, 62);	   /* x86-64 */
	SPOIL(ehdr()->type, 1);		   /* an object file */
	SPOIL(ehdr()->type, 4);		   /* a core dump */
	SPOIL(ehdr()->phentsize, 56);
	SPOIL(ehdr()->phentsize, 0);
	SPOIL(ehdr()->phnum, 0);
	SPOIL(ehdr()->phnum, 0xffff);
	SPOIL(ehdr()->phoff, IMAGE_SIZE - 8);
	SPOIL(ehdr()->phoff, 0xfffffff0);
}

static void test_hostile_segments(void)
{
	SPOIL(phdr(1)->filesz, IMAGE_SIZE);
	SPOIL(phdr(1)->offset, 0x7ffff000);
	SPOIL(phdr(1)->offset, DATA_FILE + 4); /* not congruent to its address */
	SPOIL(phdr(1)->memsz, DATA_SIZE - 1);  /* less memory than file */
	SPOIL(phdr(1)->memsz, 0xffffffff);     /* wraps */
	SPOIL(phdr(1)->memsz, TASK_SIZE - DATA_VADDR + 1);
	SPOIL(phdr(1)->memsz, TASK_SIZE - DATA_VADDR); /* where the stack goes */
	SPOIL(phdr(1)->vaddr, TASK_SIZE);
	SPOIL(phdr(1)->vaddr, 0xfffff000);
	SPOIL(phdr(1)->vaddr, TEXT_VADDR); /* on top of the text */
	SPOIL(phdr(1)->vaddr, 0x08040000); /* below it */
	SPOIL(phdr(0)->vaddr, 0);	   /* page 0 */
	SPOIL(phdr(0)->vaddr, MMAP_MIN_ADDR - PAGE_SIZE);
	SPOIL(phdr(0)->type, PT_INTERP); /* a loader's name without an end */
	if (make_file()) { /* zeroes on top of the text: no file's page stands in their way */
		phdr(1)->filesz = 0;
		phdr(1)->vaddr = TEXT_VADDR;
		EXPECT_EQ(load(), -ENOEXEC);
		drop_file();
	}
}

static void test_truncated(void)
{
	unsigned long size;
	struct exec_image *image;

	for (size = 0; size < IMAGE_SIZE; size += 20) {
		if (!make_file())
			return;
		inode.mapping.size = (loff_t)size;
		image = make_image();
		if (image) {
			EXPECT_EQ(elf_load(image), -ENOEXEC);
			drop_image(image);
		}
		drop_file();
	}
}

static void test_mapping(void)
{
	struct exec_image *image;
	struct vm_area_struct *vma;
	struct mm_struct *mm;

	if (!make_file())
		return;
	image = make_image();
	if (!image)
		goto out_file;
	mm = image->mm;
	if (!EXPECT_EQ(elf_load(image), 0))
		goto out_image;
	EXPECT_EQ(image->entry, TEXT_VADDR + 0x100);
	vma = find_vma(mm, TEXT_VADDR);
	EXPECT(vma && vma->vm_start == TEXT_VADDR && vma->vm_end == TEXT_VADDR + PAGE_SIZE);
	vma = find_vma(mm, DATA_VADDR);
	EXPECT(vma && vma->vm_start == DATA_VADDR && vma->vm_end == DATA_VADDR + 2 * PAGE_SIZE &&
	       vma->vm_file && vma->vm_pgoff == 1);
	vma = find_vma(mm, DATA_VADDR + 2 * PAGE_SIZE);
	EXPECT(vma && !vma->vm_file && vma->vm_end == DATA_VADDR + 5 * PAGE_SIZE);
	EXPECT_EQ(mm->brk, DATA_VADDR + 6 * PAGE_SIZE); /* a page behind the BSS */
	EXPECT_EQ(mm->map_count, 3);
	/* File up to its end, then zeroes, in the same page; then zeroes only. */
	EXPECT_EQ(peek(mm, DATA_VADDR + DATA_SIZE - 4), FILL * 0x01010101u);
	EXPECT_EQ(peek(mm, DATA_VADDR + DATA_SIZE), 0);
	EXPECT_EQ(peek(mm, DATA_VADDR + 2 * PAGE_SIZE - 4), 0);
	EXPECT_EQ(peek(mm, DATA_VADDR + 5 * PAGE_SIZE - 4), 0);
	/* The cached page was not written to. */
	EXPECT_EQ(peek(mm, TEXT_VADDR + 0x800), FILL * 0x01010101u);
	EXPECT_EQ(contents[DATA_FILE + DATA_SIZE - 1], FILL);
out_image:
	drop_image(image);
out_file:
	drop_file();
}

/* A program that may lie anywhere gets a place in the mmap area, its heap another. */
static void test_position_independent(void)
{
	struct exec_image *image;

	if (!make_file())
		return;
	ehdr()->type = ET_DYN;
	image = make_image();
	if (image) {
		EXPECT_EQ(elf_load(image), 0);
		EXPECT(image->entry % PAGE_SIZE == 0x100);
		EXPECT(image->entry > 0x40000000 && image->entry < image->mm->mmap_base);
		EXPECT(image->mm->brk < image->entry);
		drop_image(image);
	}
	drop_file();
}

static const char *const test_argv[] = {"/bin/prog", "", "-x", NULL};
static const char *const test_envp[] = {"A=1", NULL};

static u32 auxv_value(struct mm_struct *mm, u32 at, u32 type)
{
	u32 i;

	for (i = 0; i < AUXV_WORDS; i += 2, at += 8)
		if (peek(mm, at) == type)
			return peek(mm, at + 4);
	return ~0u;
}

static void test_stack(void)
{
	struct arg_source argv = {.kernel = true, .strings = test_argv};
	struct arg_source envp = {.kernel = true, .strings = test_envp};
	struct exec_image *image = make_image();
	struct arg_strings *args;
	struct mm_struct *mm;
	u32 sp;

	if (!image)
		return;
	args = &image->args;
	mm = image->mm;
	EXPECT_EQ(args_add_all(args, &argv, 0, &args->argc), 0);
	args->env_at = args->used;
	EXPECT_EQ(args_add_all(args, &envp, 0, &args->envc), 0);
	args->name_at = args->used;
	EXPECT_EQ(args_add(args, "/bin/prog"), 0);
	auxv_add(image, AT_PAGESZ, PAGE_SIZE);
	EXPECT_EQ(exec_build_stack(image), 0);
	sp = image->esp;
	EXPECT_EQ(sp % 16, 0);
	EXPECT_EQ(peek(mm, sp), 3);
	EXPECT_EQ(peek(mm, sp + 4), mm->arg_start);
	EXPECT_EQ(peek(mm, peek(mm, sp + 4)), 0x6e69622f); /* "/bin" */
	EXPECT_EQ(peek(mm, sp + 8), mm->arg_start + 10);
	EXPECT_EQ(peek(mm, peek(mm, sp + 12)), 0x4100782d); /* "-x\0A" */
	EXPECT_EQ(peek(mm, sp + 16), 0);
	EXPECT_EQ(peek(mm, sp + 20), mm->env_start);
	EXPECT_EQ(peek(mm, mm->env_start), 0x00313d41); /* "A=1" */
	EXPECT_EQ(peek(mm, sp + 24), 0);
	EXPECT_EQ(auxv_value(mm, sp + 28, AT_PAGESZ), PAGE_SIZE);
	EXPECT_EQ(peek(mm, auxv_value(mm, sp + 28, AT_EXECFN)), 0x6e69622f);
	EXPECT_EQ(peek(mm, auxv_value(mm, sp + 28, AT_PLATFORM)), 0x36383669); /* "i686" */
	EXPECT_EQ(peek(mm, STACK_TOP - 4), 0);
	drop_image(image);
}

/* Up to the limit all is well, and everything arrives; one byte more is refused. */
static void test_arg_limit(void)
{
	static char line[1024];
	struct exec_image *image = make_image();
	int err = 0;
	u32 n = 0;

	if (!image)
		return;
	memset(line, 'x', sizeof(line) - 1);
	while (n < 1000) {
		err = args_add(&image->args, line);
		if (err)
			break;
		n++;
	}
	EXPECT_EQ(err, -E2BIG);
	EXPECT_EQ(n, (ARG_MAX_BYTES - 1) / (sizeof(line) + 4));
	image->args.argc = n;
	image->args.env_at = image->args.used;
	image->args.name_at = image->args.used - 1;
	EXPECT_EQ(exec_build_stack(image), 0);
	EXPECT_EQ(peek(image->mm, image->esp), n);
	EXPECT_EQ(peek(image->mm, image->mm->arg_end - 5), 0x78787878);
	drop_image(image);
}

static const struct ktap_case cases[] = {
	{"hostile_header", test_hostile_header},
	{"hostile_segments", test_hostile_segments},
	{"truncated", test_truncated},
	{"mapping", test_mapping},
	{"position_independent", test_position_independent},
	{"stack", test_stack},
	{"arg_limit", test_arg_limit},
	{NULL, NULL},
};

const struct ktap_suite proc_suite = {"proc", cases};
