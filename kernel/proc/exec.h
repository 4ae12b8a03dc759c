/*
 * exec.h - a program image being built: what exec.c, exec_args.c and elf.c
 * share.
 */
#ifndef PROC_EXEC_H
#define PROC_EXEC_H

#include "fs/vfs/vfs.h"
#include "kernel/types.h"
#include "mm/mm.h"

#define ARG_MAX_BYTES  (128u << 10) /* strings and pointers together; more is -E2BIG */
#define ARG_PAGES      (ARG_MAX_BYTES / PAGE_SIZE)
#define EXEC_HEAD_SIZE 256 /* bytes of a file that say what it is */
#define INTERP_MAX     4   /* scripts that name scripts */
#define AUXV_WORDS     48  /* mm_struct.saved_auxv */

/*
 * Strings in the order in which they will stand on the stack: arguments,
 * environment, file name; one after the other, each with its NUL.
 */
struct arg_strings {
	char *page[ARG_PAGES];
	u32 used;  /* bytes */
	u32 bytes; /* of strings and of their pointers: what the limit is about */
	u32 argc, envc;
	u32 env_at, name_at; /* where the environment and the file name begin */
};

/* Where arguments come from: a program's memory or the kernel's own. */
struct arg_source {
	bool kernel;
	const char *const *strings; /* kernel */
	u32 user;		    /* address of the array of pointers, 0: empty */
};

struct exec_image {
	struct file *file;
	struct mm_struct *mm;
	u32 entry, esp; /* where it starts */
	struct arg_strings args;
	u32 head_size; /* bytes of the file in `head` */
	u32 auxv_words;
	/* All above starts as zero, the arrays need not. */
	u32 auxv[AUXV_WORDS];
	char head[EXEC_HEAD_SIZE]; /* zero behind head_size */
};

/* exec_args.c. All: 0 or -E2BIG, -EFAULT, -ENOMEM. */
int __must_check args_add(struct arg_strings *args, const char *kernel_string);
/* Adds all strings of an array but the first `skip`; *count is how many were added. */
int __must_check args_add_all(struct arg_strings *args, const struct arg_source *source, u32 skip,
			      u32 *count);
void args_free(struct arg_strings *args);
/* Makes the stack area and puts strings, auxv, environment and arguments there. Sets image->esp. */
int __must_check exec_build_stack(struct exec_image *image);

/* elf.c: maps the program of image->file (and its loader) into image->mm. Sets entry and auxv.
 * -ENOEXEC for what is no i386 program, else the error that mapping it met. */
int __must_check elf_load(struct exec_image *image);
static inline void auxv_add(struct exec_image *image, u32 type, u32 value)
{
	BUG_ON(image->auxv_words + 2 > AUXV_WORDS);
	image->auxv[image->auxv_words++] = type;
	image->auxv[image->auxv_words++] = value;
}
#define AT_NULL	    0
#define AT_PHDR	    3
#define AT_PHENT    4
#define AT_PHNUM    5
#define AT_PAGESZ   6
#define AT_BASE	    7
#define AT_FLAGS    8
#define AT_ENTRY    9
#define AT_UID	    11
#define AT_EUID	    12
#define AT_GID	    13
#define AT_EGID	    14
#define AT_PLATFORM 15
#define AT_HWCAP    16
#define AT_CLKTCK   17
#define AT_SECURE   23
#define AT_RANDOM   25
#define AT_EXECFN   31

/* exec_threads.c: the process has no other thread. */
bool thread_alone(const struct task_struct *task);
/* exec_threads.c: ends all other threads of the process and makes the current one its leader. 0, or
 * -EAGAIN: the process itself is being ended. May sleep. */
int __must_check exec_kill_threads(void);

/* Opens a file that is to be executed: regular and with an execute bit. ERR_PTR(-EACCES ...). */
struct file *open_exec(const char *path);
/*
 * Replaces the current task's program. 0: the task's user registers are those
 * of the new program. Negative errno: nothing has changed. Does not return
 * when another thread killed the process meanwhile. May sleep.
 */
int do_execve(const char *path, const struct arg_source *argv, const struct arg_source *envp);

#endif
