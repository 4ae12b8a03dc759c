/*
 * tasks.c - finds out where this Linux keeps its tasks, for the plugin.
 *
 * Only the kernel's exported names are known (setup/linux.sh), not how it lays out its structures:
 * so this process looks at its own in /proc/kcore. Where it has given itself a name, the name is;
 * where each of several children has its own number twice, the pid and the tgid are.
 */
#include "tasks.h"
#include "hint.h"

#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define TASK_SIZE   8192u /* looked at; Linux 6.1's is smaller up to what is looked for */
#define NAME_SIZE   16u	  /* TASK_COMM_LEN */
#define CHILDREN    4
#define NAME_OF_OWN "pagoda's init  "
#define WORDS	    (TASK_SIZE / 4)

static int kcore = -1;

/* Copies kernel memory; /proc/kcore is an ELF file whose segments are what is mapped. */
static bool read_kernel(unsigned int addr, void *buf, unsigned int len)
{
	Elf32_Ehdr header;
	Elf32_Phdr segment;

	if (pread(kcore, &header, sizeof(header), 0) != sizeof(header))
		return false;
	for (int i = 0; i < header.e_phnum; i++) {
		if (pread(kcore, &segment, sizeof(segment),
			  (off_t)(header.e_phoff + i * sizeof(segment))) != sizeof(segment))
			return false;
		if (segment.p_type == PT_LOAD && addr >= segment.p_vaddr &&
		    addr - segment.p_vaddr + len <= segment.p_memsz)
			return pread64(kcore, buf, len,
				       (off64_t)segment.p_offset + (addr - segment.p_vaddr)) ==
			       (ssize_t)len;
	}
	return false;
}

/* The structure of the task that runs, which is this one. */
static bool read_self(unsigned int running, unsigned int *words)
{
	unsigned int task;

	return read_kernel(running, &task, sizeof(task)) && read_kernel(task, words, TASK_SIZE);
}

static unsigned int find_name(const unsigned int *words)
{
	const char *bytes = (const char *)words;
	unsigned int i;

	for (i = 0; i + NAME_SIZE <= TASK_SIZE; i += 4)
		if (!memcmp(bytes + i, NAME_OF_OWN, NAME_SIZE))
			return i;
	return 0;
}

/* In the child: strikes out the places that do not have its pid, and behind it its tgid. */
static void strike_out(unsigned int running, unsigned char *possible)
{
	static unsigned int words[WORDS];
	unsigned int pid = (unsigned int)getpid();

	if (!read_self(running, words))
		_exit(1);
	for (unsigned int i = 0; i + 1 < WORDS; i++)
		if (words[i] != pid || words[i + 1] != pid)
			possible[i] = 0;
	_exit(0);
}

static unsigned int find_pid(unsigned int running)
{
	unsigned char *possible =
		mmap(NULL, WORDS, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned int found = 0, count = 0;

	if (possible == MAP_FAILED)
		return 0;
	memset(possible, 1, WORDS - 1);
	for (int i = 0; i < CHILDREN; i++) {
		int status = -1;
		pid_t child = fork();

		if (child == 0)
			strike_out(running, possible);
		if (child < 0 || waitpid(child, &status, 0) != child || status)
			return 0;
	}
	for (unsigned int i = 0; i + 1 < WORDS; i++)
		if (possible[i]) {
			found = 4 * i;
			count++;
		}
	munmap(possible, WORDS);
	return count == 1 ? found : 0;
}

const char *tell_tasks(void)
{
	static unsigned int words[WORDS];
	static struct trace_tasks at;
	unsigned int offset;

	kcore = open("/proc/kcore", O_RDONLY | O_CLOEXEC);
	if (kcore < 0)
		return "no /proc/kcore";
	if (!read_kernel(PER_CPU_OFFSET, &offset, sizeof(offset)))
		return "__per_cpu_offset cannot be read";
	at.size = sizeof(at);
	at.running = CURRENT_TASK + offset;
	at.name_size = NAME_SIZE;
	prctl(PR_SET_NAME, NAME_OF_OWN);
	if (!read_self(at.running, words))
		return "current_task cannot be read";
	at.task_name = find_name(words);
	at.task_pid = find_pid(at.running);
	at.task_tgid = at.task_pid + 4;
	close(kcore);
	prctl(PR_SET_NAME, "init");
	if (!at.task_name || !at.task_pid)
		return "this process's own name or its children's pids are not where they should "
		       "be";
	hint_tasks(&at);
	return NULL;
}
