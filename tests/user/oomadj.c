/*
 * oomadj.c - /proc/PID/oom_score_adj: what may be written, who inherits it, who shares it; and that
 * oom_score follows it.
 */
#include "try.h"
#include <fcntl.h>
#include <pthread.h>

static char text[32];

static const char *get(const char *path)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (n < 0)
		die(path);
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	close(fd);
	return text;
}

static void set(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY);
	ssize_t n;

	if (fd < 0)
		die(path);
	n = write(fd, value, strlen(value));
	printf("'%s': %s", value, n < 0 ? strerrorname_np(errno) : "ok");
	printf(", now %s\n", get(path));
	close(fd);
}

#define SELF "/proc/self/oom_score_adj"

static void child(void)
{
	printf("child has %s\n", get(SELF));
	set(SELF, "700");
}

static void *thread(void *unused)
{
	char path[64];

	(void)unused;
	sprintf(path, "/proc/self/task/%d/oom_score_adj", (int)gettid());
	set(path, "444");
	return NULL;
}

int main(void)
{
	static const char *const values[] = {"300",  "0300", "0x10",	    "301\n", " 302 ",
					     "1000", "1001", "x",	    "1 2",   "",
					     "+303", "--1",  "99999999999", "-1001", "304"};
	pthread_t id;
	int least, most;

	printf("at first %s\n", get(SELF));
	for (unsigned int i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		set(SELF, values[i]);
	in_child("child", child);
	printf("parent still has %s\n", get(SELF));
	pthread_create(&id, NULL, thread, NULL);
	pthread_join(id, NULL);
	printf("the process has %s\n", get(SELF));
	set(SELF, "0");
	least = atoi(get("/proc/self/oom_score"));
	set(SELF, "1000");
	most = atoi(get("/proc/self/oom_score"));
	printf("oom_score is in range %d, follows %d\n", least >= 0 && most <= 2000,
	       most - least > 600 && most - least < 700);
	return 0;
}
