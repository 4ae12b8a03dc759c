/*
 * init.c - from the kernel's first thread to the first program.
 *
 * Process 1 mounts the root file system (root=, rw or ro), opens the console
 * as its three standard files, and becomes init= (or, without one, the first of
 * a list that exists). As in Linux, words of the command line that the kernel
 * does not know are init's: those with "=" go to its environment, the others
 * and all behind "--" are its arguments.
 */
#include "arch/hint.h"
#include "fs/vfs/vfs.h"
#include "kernel/cmdline.h"
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/oom.h"
#include "proc/exec.h"
#include "sched/sched.h"

#define DEFAULT_ROOT "hda1"
#define INIT_WORDS   32 /* Linux's MAX_INIT_ARGS and MAX_INIT_ENVS */
#define ROOT_MAX     64

/* Words that belong to the kernel. */
static const char *const kernel_words[] = {
	"mem",
	"vmalloc",
	"highmem",
	"numa",
	"movablecore",
	"kernelcore",
	"nocow",
	"nopse",
	"nopge",
	"nofxsr",
	"init",
	"root",
	"ro",
	"rw",
	"console",
	"panic",
	"selftest",
	"failslab",
	"fail_page_alloc",
	"page_poison",
	"slab_debug",
	"loglevel",
	"crash",
	"memmap",
	"bench",
	"ide",
	"fail_make_request",
	"validate",
	"reclaim",
	"swapout",
	"swappiness",
};

static const char *const default_inits[] = {"/sbin/init", "/etc/init", "/bin/init", "/bin/sh"};

/* The command line cut into words, in place. */
static char words[CMDLINE_MAX];
static const char *init_argv[INIT_WORDS + 2];
static const char *init_envp[INIT_WORDS + 1] = {"HOME=/", "TERM=linux", "PATH=/sbin:/bin"};

static bool is_kernel_word(const char *word)
{
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(kernel_words); i++) {
		n = strlen(kernel_words[i]);
		if (strncmp(word, kernel_words[i], n) == 0 && (!word[n] || word[n] == '='))
			return true;
	}
	return false;
}

/* Sets a variable; one of the same name gives way. */
static void set_env(const char *word)
{
	size_t name = (size_t)(strchr(word, '=') - word) + 1, i;

	for (i = 0; i < INIT_WORDS && init_envp[i]; i++)
		if (strncmp(init_envp[i], word, name) == 0)
			break;
	if (i < INIT_WORDS)
		init_envp[i] = word;
	else
		pr_warn("init: too many variables: %s is left out\n", word);
}

static void add_arg(const char *word)
{
	size_t i;

	for (i = 1; init_argv[i]; i++)
		;
	if (i <= INIT_WORDS)
		init_argv[i] = word;
	else
		pr_warn("init: too many arguments: %s is left out\n", word);
}

/* A word that the kernel does not know may be a misspelt one of its own. */
static void give_to_init(const char *word)
{
	cmdline_unknown++;
	pr_warn("command line: the kernel does not know %s; init gets it\n", word);
	if (strchr(word, '='))
		set_env(word);
	else
		add_arg(word);
}

/* Shares out the words of the command line. */
static void parse_words(void)
{
	bool all_args = false;
	char *p = words, *end;

	init_argv[0] = "init"; /* so that arguments have something to follow */
	strlcpy(words, boot_command_line, sizeof(words));
	for (; *p; p = end) {
		end = p;
		while (*end && *end != ' ')
			end++;
		if (*end)
			*end++ = '\0';
		if (!*p)
			continue;
		if (all_args)
			add_arg(p);
		else if (strcmp(p, "--") == 0)
			all_args = true;
		else if (!is_kernel_word(p))
			give_to_init(p);
	}
}

/* root=/dev/hda1 or root=hda1; read-only unless "rw", as in Linux. */
static void mount_root(void)
{
	char root[ROOT_MAX] = DEFAULT_ROOT;
	const char *dev = root;
	int err;

	cmdline_get("root", root, sizeof(root));
	if (strncmp(root, "/dev/", 5) == 0)
		dev += 5;
	err = vfs_mount_root(dev, !cmdline_has("rw"));
	if (err)
		panic("cannot mount root file system %s: error %d", root, -err);
}

static void open_console(void)
{
	struct file *console = filp_open("/dev/console", O_RDWR, 0);
	int fd;

	if (IS_ERR(console)) {
		pr_warn("init: no /dev/console: error %ld\n", -PTR_ERR(console));
		return;
	}
	for (fd = 0; fd < 3; fd++)
		BUG_ON(fd_install(get_file(console), 0, false) != fd);
	fput(console);
}

static int run_init(const char *path)
{
	struct arg_source argv = {.kernel = true, .strings = init_argv};
	struct arg_source envp = {.kernel = true, .strings = init_envp};

	init_argv[0] = path;
	return do_execve(path, &argv, &envp);
}

/* Becomes the first of the default programs that there is. */
static int run_default_init(void)
{
	size_t i;
	int err = -ENOENT;

	for (i = 0; i < ARRAY_SIZE(default_inits) && err; i++) {
		err = run_init(default_inits[i]);
		if (err && err != -ENOENT)
			pr_err("init: %s cannot be run: error %d\n", default_inits[i], -err);
	}
	return err;
}

int kernel_init(void *unused)
{
	char path[CMDLINE_MAX / 4];
	int err;

	(void)unused;
	mount_root();
	current->files = files_dup(NULL);
	if (!current->files)
		panic("no memory for init's files");
	open_console();
	parse_words();
	trace_hint(TRACE_MARK, (u32)current->pid, 0, (u32) "user", 0);
	if (cmdline_get("init", path, sizeof(path))) {
		err = run_init(path);
		if (err)
			panic("cannot run init=%s: error %d", path, -err);
	} else if (run_default_init()) {
		panic("no init found: give one with init=");
	}
	oom_killer_enable();
	fault_inject_start();
	return 0;
}
