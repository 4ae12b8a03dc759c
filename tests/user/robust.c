/* robust.c - futexes whose owner ends: robust mutexes, and lists of them that nobody can trust. */
#include "try.h"
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define ENTRIES 4096

struct entry {
	struct entry *next;
	uint32_t word;
};

static struct shared {
	pthread_mutex_t mutex;
	volatile int step;
	struct robust_list_head head;
	struct entry entries[ENTRIES];
} *shared;

static void make_mutex(void)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&shared->mutex, &attr);
	shared->step = 0;
}

static void take_over(const char *what)
{
	struct timespec when;
	int err;

	clock_gettime(CLOCK_REALTIME, &when);
	when.tv_sec += 2;
	err = pthread_mutex_timedlock(&shared->mutex, &when);
	printf("%s: %s", what, err ? strerrorname_np(err) : "locked");
	if (err == EOWNERDEAD) {
		printf(", consistent %d", pthread_mutex_consistent(&shared->mutex));
		err = 0;
	}
	if (!err)
		printf(", unlocked %d", pthread_mutex_unlock(&shared->mutex));
	printf("\n");
	fflush(stdout);
}

static void *locks(void *arg)
{
	pthread_mutex_lock(&shared->mutex);
	return arg;
}

static void of_a_thread(void)
{
	pthread_t thread;

	make_mutex();
	pthread_create(&thread, NULL, locks, NULL);
	pthread_join(thread, NULL);
	take_over("a thread's");
}

/* The owner ends while somebody waits: `how` 0: killed, 1: exits, 2: executes. */
static void of_a_process(const char *what, int how)
{
	pid_t pid;

	make_mutex();
	pid = fork();
	if (pid == 0) {
		pthread_mutex_lock(&shared->mutex);
		shared->step = 1;
		usleep(50000);
		if (how == 0)
			kill(getpid(), SIGKILL);
		if (how == 2)
			execl("/bin/sh", "sh", "-c", "exit 0", (char *)NULL);
		_exit(0);
	}
	while (!shared->step)
		usleep(1000);
	take_over(what);
	waitpid(pid, NULL, 0);
}

static void end_with(struct robust_list_head *head)
{
	syscall(SYS_set_robust_list, head, sizeof(*head));
	syscall(SYS_exit, 0);
}

static void begin_list(struct entry *first)
{
	memset(&shared->head, 0, sizeof(shared->head));
	memset(shared->entries, 0, sizeof(shared->entries));
	shared->head.list.next = (void *)first;
	shared->head.futex_offset = offsetof(struct entry, word);
}

static void good_list(void)
{
	uint32_t me = (uint32_t)syscall(SYS_gettid);

	begin_list(&shared->entries[0]);
	shared->entries[0] = (struct entry){&shared->entries[1], me};
	shared->entries[1] = (struct entry){&shared->entries[2], me + 1}; /* another's */
	shared->entries[2] = (struct entry){(struct entry *)&shared->head, me | FUTEX_WAITERS};
	shared->entries[3].word = me;
	shared->head.list_op_pending = (void *)&shared->entries[3];
	shared->step = (int)me;
	end_with(&shared->head);
}

static void show_word(const char *what, uint32_t word)
{
	uint32_t tid = word & FUTEX_TID_MASK;

	printf("%s:%s%s%s\n", what, word & FUTEX_OWNER_DIED ? " died" : "",
	       word & FUTEX_WAITERS ? " waiters" : "",
	       !tid			       ? ""
	       : tid == (uint32_t)shared->step ? " owner"
					       : " other");
}

static void bad_head(void)
{
	end_with((struct robust_list_head *)16);
}

static void kernel_head(void)
{
	end_with((struct robust_list_head *)(uintptr_t)0xfffffff0u);
}

static void bad_entry(void)
{
	begin_list((struct entry *)16);
	shared->head.list_op_pending = (void *)(uintptr_t)0xc0000000u;
	end_with(&shared->head);
}

static void odd_entry(void)
{
	begin_list((struct entry *)((char *)&shared->entries[0] + 2));
	end_with(&shared->head);
}

static void circle(void)
{
	begin_list(&shared->entries[0]);
	shared->entries[0].next = &shared->entries[1];
	shared->entries[1].next = &shared->entries[0];
	end_with(&shared->head);
}

/* 2048 entries are walked, not one more. */
static void too_long(void)
{
	uint32_t me = (uint32_t)syscall(SYS_gettid);

	begin_list(&shared->entries[0]);
	for (int i = 0; i < ENTRIES; i++)
		shared->entries[i] = (struct entry){&shared->entries[i + 1], me};
	shared->entries[ENTRIES - 1].next = (struct entry *)&shared->head;
	end_with(&shared->head);
}

/* The owner's page of the file has left memory when it is killed: its last words reach it all the
 * same. */
static void of_a_file(void)
{
	struct shared *before = shared;
	int fd = open("robust.tmp", O_RDWR | O_CREAT | O_TRUNC, 0600), pipes[2];
	pid_t pid;
	char byte;

	if (fd < 0 || ftruncate(fd, PAGE) || pipe(pipes))
		die("robust.tmp");
	pid = fork();
	if (pid == 0) {
		shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		make_mutex();
		pthread_mutex_lock(&shared->mutex);
		madvise(shared, PAGE, MADV_PAGEOUT);
		if (write(pipes[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	if (read(pipes[0], &byte, 1) != 1)
		die("read");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	take_over("killed, page of a file");
	shared = before;
	unlink("robust.tmp");
}

int main(void)
{
	int died = 0;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED)
		die("mmap");
	of_a_thread();
	of_a_process("killed", 0);
	of_a_process("exited", 1);
	of_a_process("executed", 2);
	of_a_file();
	in_child("good list", good_list);
	show_word("first", shared->entries[0].word);
	show_word("second", shared->entries[1].word);
	show_word("third", shared->entries[2].word);
	show_word("pending", shared->entries[3].word);
	in_child("bad head", bad_head);
	in_child("head in the kernel", kernel_head);
	in_child("bad entry", bad_entry);
	in_child("odd entry", odd_entry);
	in_child("circle", circle);
	in_child("too long", too_long);
	for (int i = 0; i < ENTRIES; i++)
		died += !!(shared->entries[i].word & FUTEX_OWNER_DIED);
	printf("walked %d\n", died);
	return 0;
}
