/*
 * test_exec.c - building program images under the sanitizers: the kernel's own
 * suite, ELF headers changed at random, memory that runs out at every point,
 * arguments taken from user memory up to the limit.
 */
#include "i386/cpu.h"
#include "i386/uaccess.h"
#include "fake_file.h"
#include "kernel/errno.h"
#include "kernel/ktap.h"
#include "kernel/suites.h"
#include "machine.h"
#include "mm/fault.h"
#include "mm/slab.h"
#include "mm/vmstat.h"
#include "proc/elf.h"
#include "proc/exec.h"
#include "sched/sched.h"
#include "test.h"
#include "user.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* --- what the rest of the kernel gives these sources --- */

struct cpu_info boot_cpu;
static struct task_struct the_task;
DEFINE_PER_CPU(struct task_struct *, current_task) = &the_task;

/* The user memory of these tests is this process's own. */
static const char *forbidden; /* reading this string faults */

unsigned long copy_to_user(void __user *to, const void *from, unsigned long n)
{
	memcpy(to, from, n);
	return 0;
}

long strncpy_from_user(char *to, const char __user *from, long size)
{
	size_t n = strnlen(from, (size_t)size);

	if (from == forbidden)
		return -EFAULT;
	memcpy(to, from, n < (size_t)size ? n + 1 : n);
	return (long)n;
}

int get_user_u32(u32 *value, const u32 __user *from)
{
	*value = *from;
	return 0;
}

static unsigned long to_kernel(void *page_addr, void *buf, unsigned long n)
{
	memcpy(buf, page_addr, n);
	return 0;
}

ssize_t kernel_read(struct file *file, loff_t pos, void *buf, size_t count)
{
	return filemap_read(file->mf.mapping, pos, buf, count, to_kernel);
}

static struct file program, loader;

struct file *open_exec(const char *path)
{
	if (strcmp(path, "/lib/ld"))
		return ERR_PTR(-ENOENT);
	atomic_inc(&loader.mf.count);
	return &loader;
}

void file_allow_write(struct file *file)
{
	(void)file;
}

void fput(struct file *file)
{
	atomic_dec(&file->mf.count);
}

void ktap_fail(const char *file, int line, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	test_fail(file, line, "%s", text);
}

/* --- a program that needs a loader, on the fake disk; both are the same file --- */

static void no_release(struct mapped_file *mf)
{
	(void)mf;
}

static const struct mapped_file_ops no_ops = {.release = no_release};

static struct elf32_ehdr *ehdr(void)
{
	return (struct elf32_ehdr *)fake_disk[0];
}

static struct elf32_phdr *phdr(unsigned int i)
{
	return (struct elf32_phdr *)(ehdr() + 1) + i;
}

static void make_program(bool with_loader)
{
	fake_file_reset(5 * PAGE_SIZE);
	memset(fake_disk[1], 0x77, 4 * PAGE_SIZE);
	*ehdr() = (struct elf32_ehdr){
		.ident = ELF_MAGIC,
		.type = ET_EXEC,
		.machine = EM_386,
		.entry = 0x08048100,
		.phoff = sizeof(struct elf32_ehdr),
		.phentsize = sizeof(struct elf32_phdr),
		.phnum = 3,
	};
	ehdr()->ident[EI_CLASS] = ELFCLASS32;
	ehdr()->ident[EI_DATA] = ELFDATA2LSB;
	*phdr(0) = (struct elf32_phdr){with_loader ? PT_INTERP : 0, 0xf00, 0, 0, 8, 8, PF_R, 1};
	*phdr(1) =
		(struct elf32_phdr){PT_LOAD,	   0,		0x08048000, 0x08048000, PAGE_SIZE,
				    2 * PAGE_SIZE, PF_R | PF_X, PAGE_SIZE};
	*phdr(2) = (struct elf32_phdr){PT_LOAD, 0x1000,	  0x0804b000,  0x0804b000,
				       0x2345,	0x123456, PF_R | PF_W, PAGE_SIZE};
	strcpy((char *)fake_disk[0] + 0xf00, "/lib/ld");
	program = (struct file){.mf = {.mapping = &fake_mapping,
				       .path = "/p",
				       .ops = &no_ops,
				       .count = ATOMIC_INIT(1),
				       .readable = true}};
	loader = program;
}

static struct exec_image *make_image(void)
{
	struct exec_image *image = kzalloc(sizeof(*image), GFP_KERNEL);

	if (!image)
		return NULL;
	image->file = &program;
	image->mm = mm_alloc();
	if (image->mm)
		return image;
	kfree(image);
	return NULL;
}

static void drop_image(struct exec_image *image)
{
	if (!image)
		return;
	validate_mm(image->mm);
	args_free(&image->args);
	mmput(image->mm);
	kfree(image);
}

static const char *const some_args[] = {"prog", "argument", NULL};

/* All of what execve() builds. */
static int build(struct exec_image *image)
{
	struct arg_source source = {.kernel = true, .strings = some_args};
	int err = elf_load(image);

	if (!err)
		err = args_add_all(&image->args, &source, 0, &image->args.argc);
	image->args.env_at = image->args.name_at = image->args.used;
	if (!err)
		err = args_add(&image->args, "prog");
	return err ? err : exec_build_stack(image);
}

static void start(void)
{
	static bool booted;

	if (!booted)
		user_boot();
	booted = true;
}

static void test_suite(void)
{
	const struct ktap_case *c;

	start();
	user_ledger_open();
	for (c = proc_suite.cases; c->name; c++)
		c->run();
	user_ledger_close();
}

/* The string says which bytes of the headers change. Any answer will do but a crash or a leak. */
static int changed_headers(const u8 *data, size_t n)
{
	struct input in = {data, n};
	struct exec_image *image;
	u32 limit = sizeof(struct elf32_ehdr) + 3 * sizeof(struct elf32_phdr);

	start();
	user_ledger_open();
	make_program(true);
	if (input_u8(&in) & 1)
		ehdr()->type = ET_DYN;
	while (in.left > 1) {
		u32 at = input_below(&in, limit);

		fake_disk[0][at] = input_u8(&in);
	}
	image = make_image();
	if (CHECK(image)) {
		int err = build(image);

		CHECK(err <= 0);
		CHECK(err || image->esp % 16 == 0);
		drop_image(image);
	}
	CHECK_EQ(atomic_read(&loader.mf.count), 1);
	CHECK_EQ(atomic_read(&program.mf.count), 1);
	truncate_inode_pages(&fake_mapping, 0);
	user_ledger_close();
	return test_failures() != 0;
}

static void test_fuzz(void)
{
	check_property(changed_headers, 24);
}

static void test_loader(void)
{
	struct exec_image *image;
	u8 byte = 0;

	start();
	user_ledger_open();
	make_program(true);
	image = make_image();
	CHECK_EQ(build(image), -ENOEXEC); /* its loader is itself, and wants a loader again */
	drop_image(image);
	truncate_inode_pages(&fake_mapping, 0);

	make_program(false);
	image = make_image();
	CHECK_EQ(build(image), 0);
	CHECK_EQ(image->entry, 0x08048100);
	CHECK_EQ(user_read(image->mm, 0x0804b000 + 0x2344, &byte), 0);
	CHECK_EQ(byte, 0x77);
	CHECK_EQ(user_read(image->mm, 0x0804b000 + 0x2345, &byte), 0);
	CHECK_EQ(byte, 0);
	CHECK_EQ(user_write(image->mm, 0x0804b000 + 0x123455, 1), 0);
	CHECK_EQ(user_read(image->mm, 0x0804b000 + 0x123fff, &byte), 0);
	CHECK_EQ(user_read(image->mm, 0x0804b000 + 0x124000, &byte), -EFAULT);
	CHECK_EQ(user_write(image->mm, 0x08048000, 1), -EFAULT);
	drop_image(image);
	truncate_inode_pages(&fake_mapping, 0);
	user_ledger_close();
}

/* The first, second ... allocation fails, and all after it: -ENOMEM and nothing left behind; until
 * there are as many as it takes. */
static void test_no_memory(void)
{
	struct exec_image *image;
	int err = -ENOMEM;
	long n;

	start();
	for (n = 0; err && !test_failures(); n++) {
		user_ledger_open();
		make_program(false);
		host_fail_after(n);
		image = make_image();
		err = image ? build(image) : -ENOMEM;
		host_fail_after(-1);
		CHECK(err == -ENOMEM || err == 0);
		drop_image(image);
		CHECK_EQ(atomic_read(&program.mf.count), 1);
		truncate_inode_pages(&fake_mapping, 0);
		user_ledger_close();
	}
	CHECK(n > 20);
}

/* Strings of any length, over page ends, come out as they went in. */
static int user_args(const u8 *data, size_t n)
{
	static char text[ARG_MAX_BYTES];
	static u32 pointers[65];
	struct arg_strings args = {.used = 0};
	struct arg_source source = {.user = (u32)pointers};
	struct input in = {data, n};
	u32 i, count = 1 + input_below(&in, 64), at = 0, got;
	int err;

	start();
	memset(text, 'y', sizeof(text));
	for (i = 0; i < count; i++) {
		u32 length = input_u8(&in) & 1 ? input_below(&in, 6000) : input_below(&in, 40);

		if (at + length >= sizeof(text))
			length = 0;
		pointers[i] = (u32)text + at;
		at = min(at + length, (u32)sizeof(text) - 1);
		text[at] = '\0';
		at = min(at + 1, (u32)sizeof(text) - 1);
	}
	pointers[count] = 0;
	err = args_add_all(&args, &source, 0, &got);
	if (err == 0) {
		CHECK_EQ(got, count);
		for (i = 0, at = 0; i < count; i++) {
			const char *want = (const char *)pointers[i];

			for (;; want++, at++) {
				CHECK_EQ(args.page[at / PAGE_SIZE][at % PAGE_SIZE], *want);
				if (!*want || test_failures())
					break;
			}
			at++;
		}
		CHECK_EQ(at, args.used);
	} else {
		CHECK_EQ(err, -E2BIG);
		CHECK(args.bytes + 6000 + 4 >= ARG_MAX_BYTES);
	}
	args_free(&args);
	return test_failures() != 0;
}

static void test_user_args(void)
{
	u32 pointers[] = {(u32) "one", (u32) "two", 0};
	struct arg_source source = {.user = (u32)pointers}, none = {.user = 0};
	struct arg_strings args = {.used = 0};
	u32 count;

	start();
	CHECK_EQ(args_add_all(&args, &none, 0, &count), 0);
	CHECK_EQ(count, 0);
	CHECK_EQ(args_add_all(&args, &source, 1, &count), 0);
	CHECK_EQ(count, 1);
	CHECK_STR(args.page[0], "two");
	forbidden = (const char *)pointers[1];
	CHECK_EQ(args_add_all(&args, &source, 0, &count), -EFAULT);
	forbidden = NULL;
	args_free(&args);
	check_property(user_args, 200);
}

static const struct test tests[] = {
	{"the kernel's suite", test_suite}, {"program and loader", test_loader},
	{"changed headers", test_fuzz},	    {"no memory", test_no_memory},
	{"arguments", test_user_args},
};
TEST_MAIN(tests)
