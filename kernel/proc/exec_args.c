/*
 * exec_args.c - arguments and environment: collected from the old program's
 * memory into kernel pages, then laid out on the new program's stack.
 *
 *   STACK_TOP   4 bytes of zero
 *               file name            <- AT_EXECFN
 *               environment strings
 *               argument strings
 *               "i686"               <- AT_PLATFORM
 *               16 random bytes      <- AT_RANDOM
 *               auxiliary vector     ends in AT_NULL
 *               environment pointers, NULL
 *               argument pointers, NULL
 *   esp         argument count       esp is a multiple of 16 (i386 psABI)
 *
 * The stack's pages are filled before the area that holds them exists, and
 * then installed; so nothing is copied while the new address space can fault.
 */
#include "i386/uaccess.h"
#include "kernel/errno.h"
#include "kernel/string.h"
#include "mm/mempolicy.h"
#include "mm/fault.h"
#include "mm/gfp.h"
#include "mm/highmem.h"
#include "mm/mmap.h"
#include "mm/slab.h"
#include "proc/exec.h"
#include "proc/random.h"

#define RANDOM_BYTES	16
#define STACK_ALIGN	16
#define STACK_TOP_SPACE 4
#define STACK_EXPAND	(128ul << 10) /* as Linux: the area starts that much larger than its use */
/* Strings, pointers to them, and what else stands on the stack. */
#define STACK_PAGES (ARG_PAGES + 2)

static const char platform[] = "i686";

struct stack_image {
	struct page *page[STACK_PAGES]; /* the lowest first */
	u32 start;			/* page-aligned address of the lowest */
	u32 nr;
};

/* Where the next bytes of a string go, and how many fit there. NULL: no memory. */
static char *args_room(struct arg_strings *args, u32 *room)
{
	u32 index = args->used / PAGE_SIZE, offset = args->used % PAGE_SIZE;

	if (!args->page[index]) {
		args->page[index] = (char *)__get_free_page(GFP_KERNEL);
		if (!args->page[index])
			return NULL;
	}
	*room = PAGE_SIZE - offset;
	return args->page[index] + offset;
}

/* Counts bytes against the limit. */
static int args_charge(struct arg_strings *args, u32 bytes)
{
	/* Less than the whole, so that a string's NUL always has room. */
	if (args->bytes + bytes >= ARG_MAX_BYTES)
		return -E2BIG;
	args->bytes += bytes;
	return 0;
}

int args_add(struct arg_strings *args, const char *kernel_string)
{
	u32 left = strlen(kernel_string) + 1, room;

	if (args_charge(args, left + sizeof(u32)))
		return -E2BIG;
	while (left) {
		char *to = args_room(args, &room);

		if (!to)
			return -ENOMEM;
		room = min(room, left);
		memcpy(to, kernel_string, room);
		kernel_string += room;
		args->used += room;
		left -= room;
	}
	return 0;
}

static int args_add_user(struct arg_strings *args, u32 from)
{
	u32 room;
	long n;

	if (args_charge(args, sizeof(u32)))
		return -E2BIG;
	for (;;) {
		char *to = args_room(args, &room);

		if (!to)
			return -ENOMEM;
		room = min(room, ARG_MAX_BYTES - args->bytes);
		n = strncpy_from_user(to, (const char __user *)from, (long)room);
		if (n < 0)
			return (int)n;
		if (n < (long)room) {
			args->used += (u32)n + 1;
			return args_charge(args, (u32)n + 1);
		}
		args->used += room;
		from += room;
		if (args_charge(args, room))
			return -E2BIG;
	}
}

int args_add_all(struct arg_strings *args, const struct arg_source *source, u32 skip, u32 *count)
{
	u32 i, pointer;
	int err = 0;

	*count = 0;
	if (source->kernel) {
		for (i = skip; source->strings[i] && !err; i++, ++*count)
			err = args_add(args, source->strings[i]);
		return err;
	}
	for (i = 0; source->user && !err; i++) {
		if (get_user_u32(&pointer, (u32 __user *)(source->user + i * sizeof(u32))))
			return -EFAULT;
		if (!pointer)
			break;
		if (i < skip)
			continue;
		err = args_add_user(args, pointer);
		++*count;
	}
	return err;
}

void args_free(struct arg_strings *args)
{
	u32 i;

	for (i = 0; i < ARG_PAGES && args->page[i]; i++)
		free_page((unsigned long)args->page[i]);
	memset(args, 0, sizeof(*args));
}

static void stack_free(struct stack_image *stack)
{
	u32 i;

	for (i = 0; i < stack->nr; i++)
		if (stack->page[i])
			put_page(stack->page[i]);
}

static int stack_alloc(struct stack_image *stack, u32 esp)
{
	u32 i;

	stack->start = esp & PAGE_MASK;
	stack->nr = (STACK_TOP - stack->start) / PAGE_SIZE;
	BUG_ON(stack->nr > STACK_PAGES);
	for (i = 0; i < stack->nr; i++) {
		stack->page[i] = alloc_user_page(GFP_HIGHUSER_MOVABLE | __GFP_ZERO);
		if (!stack->page[i])
			return -ENOMEM;
	}
	return 0;
}

static void stack_write(struct stack_image *stack, u32 to, const void *from, u32 n)
{
	while (n) {
		u32 offset = to % PAGE_SIZE, part = min(n, (u32)PAGE_SIZE - offset);
		char *page = kmap_atomic(stack->page[(to - stack->start) / PAGE_SIZE]);

		memcpy(page + offset, from, part);
		kunmap_atomic(page);
		to += part;
		from = (const char *)from + part;
		n -= part;
	}
}

/* Offset behind the string that begins at `at`. */
static u32 next_string(const struct arg_strings *args, u32 at)
{
	for (;;) {
		u32 offset = at % PAGE_SIZE, room = PAGE_SIZE - offset;
		const char *from = args->page[at / PAGE_SIZE] + offset;
		const char *nul = memchr(from, 0, room);

		if (nul)
			return at + (u32)(nul - from) + 1;
		at += room;
	}
}

/* Writes `count` pointers to the strings from offset `at` on, and a NULL. Returns where it ends. */
static u32 write_pointers(struct stack_image *stack, u32 to, const struct arg_strings *args,
			  u32 strings, u32 at, u32 count)
{
	u32 pointer, i;

	for (i = 0; i < count; i++, to += sizeof(u32)) {
		pointer = strings + at;
		stack_write(stack, to, &pointer, sizeof(pointer));
		at = next_string(args, at);
	}
	return to + sizeof(u32);
}

static void write_strings(struct stack_image *stack, u32 to, const struct arg_strings *args)
{
	u32 at, part;

	for (at = 0; at < args->used; at += part) {
		part = min(args->used - at, (u32)PAGE_SIZE);
		stack_write(stack, to + at, args->page[at / PAGE_SIZE], part);
	}
}

/* The stack becomes part of the new address space, all of it or nothing that matters. */
static int install_stack(struct mm_struct *mm, struct stack_image *stack)
{
	struct vm_area_struct *vma;
	int err = 0;
	u32 i;

	down_write(&mm->mmap_sem);
	vma = mm_setup_stack(mm, STACK_TOP - stack->start + STACK_EXPAND);
	if (IS_ERR(vma))
		err = (int)PTR_ERR(vma);
	for (i = 0; i < stack->nr && !err; i++) {
		err = install_anon_page(vma, stack->start + i * PAGE_SIZE, stack->page[i]);
		if (!err)
			stack->page[i] = NULL; /* the address space's now */
	}
	up_write(&mm->mmap_sem);
	return err;
}

int exec_build_stack(struct exec_image *image)
{
	const struct arg_strings *args = &image->args;
	struct mm_struct *mm = image->mm;
	struct stack_image stack = {.nr = 0};
	u32 strings = STACK_TOP - STACK_TOP_SPACE - args->used;
	u32 name = strings - sizeof(platform), random = name - RANDOM_BYTES, to, vectors;
	u8 bytes[RANDOM_BYTES];
	int err;

	auxv_add(image, AT_RANDOM, random);
	auxv_add(image, AT_EXECFN, strings + args->name_at);
	auxv_add(image, AT_PLATFORM, name);
	auxv_add(image, AT_NULL, 0);
	vectors = (1 + args->argc + 1 + args->envc + 1 + image->auxv_words) * sizeof(u32);
	image->esp = round_down(random - vectors, (u32)STACK_ALIGN);

	err = stack_alloc(&stack, image->esp);
	if (err)
		goto out;
	get_random(bytes, sizeof(bytes));
	write_strings(&stack, strings, args);
	stack_write(&stack, name, platform, sizeof(platform));
	stack_write(&stack, random, bytes, sizeof(bytes));
	stack_write(&stack, image->esp, &args->argc, sizeof(u32));
	to = write_pointers(&stack, image->esp + sizeof(u32), args, strings, 0, args->argc);
	to = write_pointers(&stack, to, args, strings, args->env_at, args->envc);
	stack_write(&stack, to, image->auxv, image->auxv_words * sizeof(u32));
	err = install_stack(mm, &stack);
	mm->arg_start = strings;
	mm->arg_end = mm->env_start = strings + args->env_at;
	mm->env_end = strings + args->name_at;
	memcpy(mm->saved_auxv, image->auxv, image->auxv_words * sizeof(u32));
out:
	stack_free(&stack);
	return err;
}
