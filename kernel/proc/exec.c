/*
 * exec.c - execve(): a new program in an old process.
 *
 * The new image is built aside: file opened, scripts followed to their
 * interpreter, arguments collected, a new address space with the program and
 * its stack. All of that can fail and leave the caller as it was. Then the process
 * is left with this one thread, has own copies of what it shared with others, and
 * the switch is made; from there on nothing can fail.
 *
 * A script ("#!interpreter argument") is run as: interpreter, argument (if
 * any), the script's path, the script's own arguments. The interpreter may be a
 * script again, INTERP_MAX deep.
 */
#include "arch/hint.h"
#include "i386/uaccess.h"
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/slab.h"
#include "proc/exec.h"
#include "proc/exit.h"
#include "sched/sched.h"
#include "signal/signal.h"
#include "proc/syscall.h"

#define S_IXUGO 0111u

/* Words that scripts put before the arguments; the strings lie in `heads`. */
struct script_words {
	const char *word[2 * INTERP_MAX]; /* last word first */
	const char *program;		  /* the interpreter that is not a script */
	u32 nr;
	u32 depth;
};

/* Everything that is built before the commit. */
struct exec_build {
	struct script_words script;
	struct files_struct *files; /* own copies, when the old ones are shared; else NULL */
	struct sighand_struct *sighand;
	struct exec_image image;
	/* Not zeroed, as the arrays at the end of `image`: */
	char heads[INTERP_MAX][EXEC_HEAD_SIZE]; /* beginnings of scripts */
};

struct file *open_exec(const char *path)
{
	struct file *file = filp_open(path, O_RDONLY, 0);
	int err = -EACCES;

	if (IS_ERR(file))
		return file;
	if (S_ISREG(file->inode->mode) && (file->inode->mode & S_IXUGO))
		err = file_deny_write(file);
	if (!err)
		return file;
	fput(file);
	return ERR_PTR(err);
}

static char *skip_blanks(char *s)
{
	while (*s == ' ' || *s == '\t')
		s++;
	return s;
}

static char *skip_word(char *s)
{
	while (*s && *s != ' ' && *s != '\t')
		s++;
	return s;
}

/*
 * Takes "#!interpreter argument" apart, in place. Returns the interpreter's
 * path and the argument (NULL: none), or -ENOEXEC: the line is longer than the
 * head, or names nothing.
 */
static int parse_script(char *head, char **interp, char **arg)
{
	char *end = memchr(head, '\n', EXEC_HEAD_SIZE);

	if (!end)
		end = memchr(head, '\0', EXEC_HEAD_SIZE); /* a short file without a newline */
	if (!end)
		return -ENOEXEC;
	while (end[-1] == ' ' || end[-1] == '\t')
		end--;
	*end = '\0';
	*interp = skip_blanks(head + 2);
	if (!**interp)
		return -ENOEXEC;
	end = skip_word(*interp);
	*arg = NULL;
	if (*end) {
		*end = '\0';
		*arg = skip_blanks(end + 1);
	}
	return 0;
}

static void push_word(struct script_words *script, const char *word)
{
	script->word[script->nr++] = word;
}

/* Reads the head of image->file; bytes behind its end are zero. */
static int read_head(struct exec_image *image)
{
	ssize_t n = kernel_read(image->file, 0, image->head, EXEC_HEAD_SIZE);

	if (n < 0)
		return (int)n;
	memset(image->head + n, 0, EXEC_HEAD_SIZE - (size_t)n);
	image->head_size = (u32)n;
	return 0;
}

/* Opens the program; while it is a script, its interpreter. The last file is the one to load. */
static int find_program(struct exec_build *build, const char *path)
{
	struct script_words *script = &build->script;
	struct exec_image *image = &build->image;
	char *head, *interp, *arg;
	int err;

	for (;;) {
		image->file = open_exec(path);
		if (IS_ERR(image->file)) {
			err = (int)PTR_ERR(image->file);
			image->file = NULL;
			return err;
		}
		script->program = path;
		err = read_head(image);
		if (err || memcmp(image->head, "#!", 2) != 0)
			return err;
		if (script->depth == INTERP_MAX)
			return -ELOOP;
		head = build->heads[script->depth++];
		memcpy(head, image->head, EXEC_HEAD_SIZE);
		err = parse_script(head, &interp, &arg);
		if (err)
			return err;
		/* What was the program becomes an argument: the script's own name. */
		push_word(script, path);
		if (arg)
			push_word(script, arg);
		fput(image->file);
		image->file = NULL;
		path = interp;
	}
}

/* Arguments, environment and file name, in the order in which they will stand on the stack. */
static int collect_args(struct exec_build *build, const char *path, const struct arg_source *argv,
			const struct arg_source *envp)
{
	struct arg_strings *args = &build->image.args;
	u32 i, words = build->script.nr, rest;
	int err = 0;

	if (words)
		err = args_add(args, build->script.program);
	for (i = words; i > 0 && !err; i--)
		err = args_add(args, build->script.word[i - 1]);
	/* A script's argument 0 has been replaced by its path. */
	if (!err)
		err = args_add_all(args, argv, words ? 1 : 0, &rest);
	if (err)
		return err;
	args->argc = rest + (words ? words + 1 : 0);
	/* Programs rely on argument 0; Linux gives them an empty one, too. */
	if (args->argc == 0) {
		err = args_add(args, "");
		args->argc = 1;
	}
	args->env_at = args->used;
	if (!err)
		err = args_add_all(args, envp, 0, &args->envc);
	args->name_at = args->used;
	return err ? err : args_add(args, path);
}

/* A fresh address space with the process's limits. */
static struct mm_struct *new_mm(void)
{
	struct mm_struct *mm = mm_alloc();

	if (!mm)
		return NULL;
	mm_apply_limits(mm, current->rlim);
	mm_set_layout(mm);
	return mm;
}

/*
 * Own copies of what the program may share with other processes. Not before the
 * process has one thread: the others may be in calls that change these yet, and
 * the new program has what they leave.
 */
static int unshare(struct exec_build *build)
{
	if (current->files && atomic_read(&current->files->count) > 1) {
		build->files = files_dup(current->files);
		if (!build->files)
			return -ENOMEM;
	}
	if (atomic_read(&current->sighand->count) > 1) {
		build->sighand = sighand_dup(current->sighand);
		if (!build->sighand)
			return -ENOMEM;
	}
	return 0;
}

/* Leaves the process with this thread and what is its own. */
static int leave_others(struct exec_build *build)
{
	bool alone = thread_alone(current);
	int err = exec_kill_threads();

	if (err)
		return err;
	err = unshare(build);
	if (err && !alone)
		force_sig(SIGKILL); /* the other threads are gone: there is no way back */
	return err;
}

static int build_image(struct exec_build *build, const char *path, const struct arg_source *argv,
		       const struct arg_source *envp)
{
	struct exec_image *image = &build->image;
	int err = find_program(build, path);

	if (!err)
		err = collect_args(build, path, argv, envp);
	if (err)
		return err;
	image->mm = new_mm();
	if (!image->mm)
		return -ENOMEM;
	err = elf_load(image);
	return err ? err : exec_build_stack(image);
}

/* Gives back all that the commit has not taken over. */
static void free_build(struct exec_build *build)
{
	if (build->sighand)
		sighand_put(build->sighand);
	if (build->files)
		files_put(build->files);
	if (build->image.mm)
		mmput(build->image.mm);
	args_free(&build->image.args);
	if (build->image.file)
		fput(build->image.file);
	kfree(build);
}

/* The new address space takes the old one's place. */
static void switch_image(struct task_struct *task, struct mm_struct *mm)
{
	struct mm_struct *old = task->mm, *loaded = task->active_mm;

	if (old)
		mm_release(task);
	local_irq_disable();
	task->mm = task->active_mm = mm;
	load_mm(loaded, mm);
	trace_hint(TRACE_EXEC, (u32)task->pid, (u32)task->tgid, __pa(mm->pgd), (u32)task->comm);
	local_irq_enable();
	if (old)
		mmput(old);
	else
		mmdrop(loaded);
	/* Only now, so that a reader sees the old areas go before the new ones come. */
	mm->owner_tgid = task->tgid;
	mm_trace_areas(mm);
}

static void set_comm(struct task_struct *task, const char *path)
{
	const char *slash = strrchr(path, '/');

	strlcpy(task->comm, slash ? slash + 1 : path, sizeof(task->comm));
}

/* Point of no return: the current task becomes the new program. */
static void commit(struct exec_build *build, const char *path)
{
	struct task_struct *task = current;
	struct exec_image *image = &build->image;

	set_comm(task, path);
	switch_image(task, image->mm);
	image->mm = NULL;
	thread_flush(task);
	if (build->files) {
		struct files_struct *shared = task->files;

		task->files = build->files;
		build->files = NULL;
		files_put(shared); /* may sleep, and /proc/PID/fd look at the task */
	}
	if (build->sighand) {
		struct sighand_struct *shared = task->sighand;

		task->sighand = build->sighand;
		build->sighand = NULL;
		sighand_put(shared); /* only now: a timer's signal looks at the task's */
	}
	if (task->files)
		files_close_on_exec(task->files);
	sighand_flush_handlers(task->sighand);
	task->sas_sp = task->sas_size = 0;
	task->set_child_tid = NULL;
	task->exit_signal = SIGCHLD;
	task->did_exec = true;
	if (task->kthread) {
		task_now_user(task);
		set_blocked(0);
	}
	start_thread(task_pt_regs(task), image->entry, image->esp);
}

int do_execve(const char *path, const struct arg_source *argv, const struct arg_source *envp)
{
	struct exec_build *build = kmalloc(sizeof(*build), GFP_KERNEL);
	int err;

	if (!build)
		return -ENOMEM;
	memset(build, 0, __builtin_offsetof(struct exec_build, image.auxv));
	err = build_image(build, path, argv, envp);
	if (!err)
		err = leave_others(build);
	if (!err)
		commit(build, path);
	free_build(build);
	return err;
}

/* execve(path, argv, envp) */
SYSCALL(execve)
{
	struct arg_source argv = {.user = b}, envp = {.user = c};
	char *path = kmalloc(PATH_MAX, GFP_KERNEL);
	long len;
	int err;

	if (!path)
		return -ENOMEM;
	len = strncpy_from_user(path, (const char __user *)a, PATH_MAX);
	if (len < 0)
		err = (int)len;
	else if (len == 0)
		err = -ENOENT;
	else if (len == PATH_MAX)
		err = -ENAMETOOLONG;
	else
		err = do_execve(path, &argv, &envp);
	kfree(path);
	return err;
}
