/* attrs.c - what is stored about a file: mode, owner, times, size; each call that changes it. */
#include "try.h"
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <utime.h>

#define NAME "attrs.file"
#define BAD  ((void *)8)

/* The kernel's own structure for a 32-bit program. */
struct times32 {
	int32_t sec, fraction;
};

static void times(const char *what, long result)
{
	struct stat st;

	show(what, result);
	if (stat(NAME, &st))
		die(NAME);
	printf("  accessed %ld, modified %ld, changed lately %d\n", (long)st.st_atime,
	       (long)st.st_mtime, st.st_ctime > 1000000);
}

static void set_times(void)
{
	const struct times32 two[2] = {{1000, 0}, {2000, 0}};
	const struct times32 micro[2] = {{3000, 999999}, {4000, 1}};
	const struct times32 too_much[2] = {{1, 0}, {2, 1000000}};
	const struct times32 omit[2] = {{5, UTIME_OMIT}, {6000, 5}};
	const struct times32 nonsense[2] = {{5, 0}, {6000, 1000000000}};
	const int32_t seconds[2] = {7000, 8000};
	const int64_t wide[4] = {9000, 0, 10000, UTIME_OMIT};
	int fd = open(NAME, O_RDONLY);
	struct stat st;

	times("utimensat", syscall(SYS_utimensat, AT_FDCWD, NAME, two, 0));
	times("utimes", syscall(SYS_utimes, NAME, micro));
	times("utimes, too many microseconds", syscall(SYS_utimes, NAME, too_much));
	times("utimensat, one omitted", syscall(SYS_utimensat, AT_FDCWD, NAME, omit, 0));
	times("utimensat, too many nanoseconds",
	      syscall(SYS_utimensat, AT_FDCWD, NAME, nonsense, 0));
	times("utime", syscall(SYS_utime, NAME, seconds));
	times("of a descriptor, wide", syscall(SYS_utimensat_time64, fd, NULL, wide, 0));
	times("unknown flag", syscall(SYS_utimensat, AT_FDCWD, NAME, two, 0x40));
	times("no times", syscall(SYS_utimensat, AT_FDCWD, NAME, BAD, 0));
	times("no times, wide", syscall(SYS_utimensat_time64, AT_FDCWD, NAME, BAD, 0));
	times("no times in micro", syscall(SYS_utimes, NAME, BAD));
	times("no seconds", syscall(SYS_utime, NAME, BAD));
	show("of nothing", syscall(SYS_utimes, "attrs.none", two));
	show("now", syscall(SYS_utimes, NAME, NULL));
	if (stat(NAME, &st))
		die(NAME);
	printf("now is later: %d %d\n", st.st_atime > 10000000, st.st_mtime > 10000000);
	close(fd);
}

static void mode_is(const char *what, long result)
{
	struct stat st;

	show(what, result);
	if (stat(NAME, &st))
		die(NAME);
	printf("  mode %o\n", st.st_mode);
}

static void set_modes(void)
{
	int fd = open(NAME, O_RDWR);

	mode_is("chmod", chmod(NAME, 0640));
	mode_is("chmod, a type too", chmod(NAME, S_IFDIR | 0604));
	mode_is("fchmod", fchmod(fd, 06755));
	mode_is("chown to nobody new", chown(NAME, (uid_t)-1, (gid_t)-1));
	mode_is("fchmod", fchmod(fd, 04711));
	mode_is("fchown to nobody new", fchown(fd, (uid_t)-1, (gid_t)-1));
	mode_is("fchmodat", fchmodat(AT_FDCWD, NAME, 0600, 0));
	show("fchmod of nothing", fchmod(-1, 0600));
	show("chown of nothing", chown("attrs.none", (uid_t)-1, (gid_t)-1));
	show("unknown flag", fchownat(AT_FDCWD, NAME, (uid_t)-1, (gid_t)-1, 0x40));
	close(fd);
}

static void set_sizes(void)
{
	int fd = open(NAME, O_RDWR), reader = open(NAME, O_RDONLY);
	struct stat st;

	show("truncate", truncate(NAME, 5000));
	show("ftruncate", ftruncate(fd, 70000));
	fstat(fd, &st);
	printf("size %ld\n", (long)st.st_size);
	show("less than nothing", truncate(NAME, -1));
	show("less than nothing of a descriptor", ftruncate(fd, -1));
	show("of a reader", ftruncate(reader, 1));
	show("of a directory", truncate(".", 1));
	fstat(fd, &st);
	printf("size %ld\n", (long)st.st_size);
	close(fd);
	close(reader);
}

int main(void)
{
	int fd = open(NAME, O_RDWR | O_CREAT | O_TRUNC, 0644);

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (fd < 0)
		die(NAME);
	close(fd);
	set_times();
	set_modes();
	set_sizes();
	unlink(NAME);
	return 0;
}
