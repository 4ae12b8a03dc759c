/*
 * test_tty.c - the terminal's line discipline: what is typed, what a program then reads, what
 * appears on the screen and which signal is sent. The serial line and the process group are
 * stand-ins.
 */
#include "console.h"
#include "drivers/serial.h"
#include "fs/tty/ioctl.h"
#include "fs/tty/tty.h"
#include "fs/vfs/internal.h"
#include "i386/uaccess.h"
#include "kernel/time.h"
#include "machine.h"
#include "proc/task.h"
#include "signal/signal.h"
#include "tasks.h"
#include "test.h"
#include <string.h>

#define RING	 4096u
#define THE_PGRP 7

static void (*receive)(char c);
static char screen[65536];
static size_t shown;
static int sent_signal;

static struct task_struct the_task = {.pgrp = THE_PGRP};
DEFINE_PER_CPU(struct task_struct *, current_task) = &the_task;

void serial_set_receiver(void (*rx)(char c))
{
	receive = rx;
}

void console_write(const char *buf, size_t n)
{
	CHECK(shown + n < sizeof(screen));
	memcpy(screen + shown, buf, n);
	shown += n;
	screen[shown] = '\0';
}

void console_write_text(const char *text, size_t n)
{
	while (n--) {
		if (*text == '\n')
			console_write("\r", 1);
		console_write(text++, 1);
	}
}

void console_wait_room(void)
{
}

void kill_pgrp_soon(pid_t pgrp, int sig)
{
	CHECK_EQ(pgrp, THE_PGRP);
	sent_signal = sig;
}

static void (*meanwhile)(void); /* what others do while a copy sleeps in its middle; once */

static void copy(void *to, const void *from, unsigned long n)
{
	void (*fn)(void) = meanwhile;

	meanwhile = NULL;
	memcpy(to, from, n / 2);
	if (fn)
		fn();
	memcpy((char *)to + n / 2, (const char *)from + n / 2, n - n / 2);
}

unsigned long copy_to_user(void __user *to, const void *from, unsigned long n)
{
	copy(to, from, n);
	return 0;
}

unsigned long copy_from_user(void *to, const void __user *from, unsigned long n)
{
	copy(to, from, n);
	return 0;
}

int get_user_u32(u32 *value, const u32 __user *from)
{
	*value = *from;
	return 0;
}

int put_user_u32(u32 value, u32 __user *to)
{
	*to = value;
	return 0;
}

/* --- */

static struct file file = {.flags = O_NONBLOCK};
static struct termios sane;

static long control(unsigned int cmd, void *arg)
{
	return tty_file_ops.ioctl(&file, cmd, (unsigned long)arg);
}

static void type_n(const char *keys, size_t n)
{
	while (n--)
		receive(*keys++);
}

static void type(const char *keys)
{
	type_n(keys, strlen(keys));
}

/* A fresh terminal with other local flags: `off` cleared, `on` set. */
static void begin(u32 off, u32 on)
{
	struct termios termios;

	if (!receive) {
		host_boot();
		tty_init();
		control(TCGETS, &sane);
		control(TIOCSCTTY, NULL);
	}
	termios = sane;
	termios.c_lflag = (termios.c_lflag & ~off) | on;
	control(TCSETSF, &termios);
	shown = 0;
	screen[0] = '\0';
	sent_signal = 0;
}

/* One read of up to n bytes: its text, or the name of its error. */
static const char *read_n(size_t n)
{
	static char buf[RING + 1];
	loff_t pos = 0;
	ssize_t got = tty_file_ops.read(&file, buf, n, &pos);

	if (got == -EAGAIN)
		return "(nothing)";
	buf[got < 0 ? 0 : got] = '\0';
	return got == 0 ? "(end)" : buf;
}

static const char *read_all(void)
{
	return read_n(RING);
}

static void test_lines(void)
{
	begin(0, 0);
	type("one\rtw");
	CHECK_STR(screen, "one\r\ntw");
	CHECK_STR(read_all(), "one\n");
	CHECK_STR(read_all(), "(nothing)");
	type("o\rthree\r");
	CHECK_STR(read_n(2), "tw");
	CHECK_STR(read_all(), "o\n");
	CHECK_STR(read_n(6), "three\n");
	CHECK_STR(read_all(), "(nothing)");
}

static void test_erase(void)
{
	begin(0, 0);
	type("ab\x7f"
	     "c\r");
	CHECK_STR(screen, "ab\b \bc\r\n");
	CHECK_STR(read_all(), "ac\n");
	type("\x7f\x7f"
	     "x\b\by\r"); /* nothing to erase, and no more than the line */
	CHECK_STR(read_all(), "y\n");
	type("first\r\x7f\x7fz\r"); /* a line that was ended stays */
	CHECK_STR(read_all(), "first\n");
	CHECK_STR(read_all(), "z\n");
	type("second\r\x15"
	     "line\r");
	CHECK_STR(read_all(), "second\n");
	CHECK_STR(read_all(), "line\n");
	type("two words  \x17"
	     "more\r");
	CHECK_STR(read_all(), "two more\n");
	type("all of it\x15rest\r");
	CHECK_STR(read_all(), "rest\n");
	shown = 0;
	type("\x01\x7f\r"); /* a control character takes two columns */
	CHECK_STR(screen, "^A\b \b\b \b\r\n");
	CHECK_STR(read_all(), "\n");
}

/* A key's work is bounded: it is done in an interrupt. */
static void test_erase_long(void)
{
	unsigned int i;

	begin(0, 0);
	for (i = 0; i < RING; i++)
		type("x");
	shown = 0;
	type("\x15");
	CHECK_STR(screen, "^U\r\n");
	type("new\r");
	CHECK_STR(read_all(), "new\n");
	type("one ");
	for (i = 0; i < RING / 2; i++)
		type("x");
	shown = 0;
	type("\x17");
	CHECK(shown <= 256);
	for (i = 0; i < RING / 2 / 80; i++)
		type("\x17");
	type("two\r");
	CHECK_STR(read_all(), "one two\n");
	/* Echo off: nothing to see. */
	begin(TTY_ECHO, 0);
	for (i = 0; i < RING / 2; i++)
		type("x");
	type("\x15y\r");
	CHECK_STR(screen, "");
	CHECK_STR(read_all(), "y\n");
	/* A terminal that cannot go back. */
	begin(TTY_ECHOKE, 0);
	type("abc\x15");
	CHECK_STR(screen, "abc^U\r\n");
	begin(TTY_ECHOKE | TTY_ECHOK, 0);
	type("abc\x15z\r");
	CHECK_STR(screen, "abc^Uz\r\n");
	CHECK_STR(read_all(), "z\n");
}

static void test_end_of_file(void)
{
	begin(0, 0);
	type("\x04");
	CHECK_STR(read_all(), "(end)");
	CHECK_STR(read_all(), "(nothing)");
	type("part\x04");
	CHECK_STR(read_all(), "part");
	CHECK_STR(read_all(), "(nothing)");
	type("a\x04"
	     "b\r");
	CHECK_STR(read_all(), "a");
	CHECK_STR(read_all(), "b\n");
	CHECK(!strstr(screen, "^D"));
}

static void test_signals(void)
{
	begin(0, 0);
	type("gone\rtyped\x03");
	CHECK_EQ(sent_signal, SIGINT);
	CHECK_STR(screen, "gone\r\ntyped^C");
	CHECK_STR(read_all(), "(nothing)");
	type("\x1c");
	CHECK_EQ(sent_signal, SIGQUIT);
	type("\x1a");
	CHECK_EQ(sent_signal, SIGTSTP);
	begin(0, TTY_NOFLSH);
	type("kept\x03\r");
	CHECK_EQ(sent_signal, SIGINT);
	CHECK_STR(read_all(), "kept\n");
	begin(TTY_ISIG, 0);
	type("\x03\r");
	CHECK_EQ(sent_signal, 0);
	CHECK_STR(read_all(), "\x03\n");
}

static void test_echo(void)
{
	begin(TTY_ECHO, 0);
	type("secret\x7f\r");
	CHECK_STR(screen, "");
	CHECK_STR(read_all(), "secre\n");
	begin(TTY_ECHO, TTY_ECHONL);
	type("secret\r");
	CHECK_STR(screen, "\r\n");
	read_all();
}

static void test_raw(void)
{
	struct termios termios;

	begin(TTY_ICANON | TTY_ECHO | TTY_ISIG, 0);
	type("a\x7f\x03\x04");
	CHECK_STR(read_n(1), "a");
	CHECK_STR(read_all(), "\x7f\x03\x04");
	CHECK_EQ(sent_signal, 0);
	begin(0, 0);
	type("unfinished");
	CHECK_STR(read_all(), "(nothing)");
	control(TCGETS, &termios);
	termios.c_lflag &= ~TTY_ICANON;
	control(TCSETS, &termios);
	CHECK_STR(read_all(), "unfinished");
}

static void nothing_comes(void)
{
}

/* VTIME is the least time: the tick that is under way does not count. */
static void test_timed(void)
{
	struct termios termios;

	begin(TTY_ICANON, 0);
	control(TCGETS, &termios);
	termios.c_cc[VMIN] = 0;
	termios.c_cc[VTIME] = 2;
	control(TCSETS, &termios);
	file.flags = 0;
	host_sleep_hook = nothing_comes;
	CHECK_STR(read_all(), "(end)");
	CHECK_EQ(host_sleep_ticks, 2 * HZ / 10 + 1);
	termios.c_cc[VTIME] = 0;
	control(TCSETS, &termios);
	host_sleep_hook = NULL;
	CHECK_STR(read_all(), "(end)"); /* does not sleep at all */
	file.flags = O_NONBLOCK;
}

static void test_carriage_returns(void)
{
	struct termios termios;

	begin(0, 0);
	control(TCGETS, &termios);
	termios.c_iflag = TTY_IGNCR;
	control(TCSETS, &termios);
	type("a\rb\n");
	CHECK_STR(read_all(), "ab\n");
	termios.c_iflag = TTY_INLCR | TTY_ISTRIP;
	termios.c_cc[VEOL] = ';';
	control(TCSETS, &termios);
	type("\xe1\n;");
	CHECK_STR(read_all(), "a\r;");
}

/* What does not fit is dropped, but a line can always be ended. */
static void test_full(void)
{
	unsigned int i;
	u32 waiting = 0;

	begin(TTY_ECHO, 0);
	for (i = 0; i < 2 * RING; i++)
		type("x");
	type("\r");
	control(FIONREAD, &waiting);
	CHECK_EQ(waiting, RING);
	CHECK_EQ(strlen(read_all()), RING);
	CHECK_STR(read_all(), "(nothing)");
	type("again\r");
	CHECK_STR(read_all(), "again\n");
}

static void test_settings(void)
{
	struct winsize winsize = {50, 132, 0, 0}, got = {0};
	u32 pgrp = 0;

	begin(0, 0);
	CHECK_EQ(control(TIOCSWINSZ, &winsize), 0);
	CHECK_EQ(control(TIOCGWINSZ, &got), 0);
	CHECK(memcmp(&winsize, &got, sizeof(got)) == 0);
	CHECK_EQ(control(TIOCGPGRP, &pgrp), 0);
	CHECK_EQ(pgrp, THE_PGRP);
	pgrp = 0;
	CHECK_EQ(control(TIOCSPGRP, &pgrp), -EINVAL);
	CHECK_EQ(control(0x1234, NULL), -ENOTTY);
	type("lost");
	control(TCFLSH, NULL);
	type("\r");
	CHECK_STR(read_all(), "\n");
	type("kept\r");
	control(TCSETSW, &sane);
	CHECK_STR(read_all(), "kept\n");
	type("lost\r");
	control(TCSETSF, &sane);
	CHECK_STR(read_all(), "(nothing)");
}

/* --- others, while a copy to or from the program sleeps --- */

static struct termios all_set, seen_termios;
static struct winsize large = {50, 132, 800, 600}, seen_winsize;

static void set_all(void)
{
	control(TCSETS, &all_set);
}

static void look(void)
{
	control(TCGETS, &seen_termios);
	control(TIOCGWINSZ, &seen_winsize);
}

static void test_whole_settings(void)
{
	struct winsize small = {0};
	struct termios got;

	begin(0, 0);
	memset(&all_set, 0xff, sizeof(all_set));
	control(TIOCSWINSZ, &small);
	meanwhile = set_all;
	control(TCGETS, &got);
	CHECK(memcmp(&got, &sane, sizeof(got)) == 0);
	control(TCSETS, &sane);
	meanwhile = look;
	control(TCSETS, &all_set);
	CHECK(memcmp(&seen_termios, &sane, sizeof(sane)) == 0);
	meanwhile = look;
	control(TIOCSWINSZ, &large);
	CHECK(memcmp(&seen_winsize, &small, sizeof(small)) == 0);
	look();
	CHECK(memcmp(&seen_termios, &all_set, sizeof(all_set)) == 0);
	CHECK(memcmp(&seen_winsize, &large, sizeof(large)) == 0);
}

static char second_line[64];

static void read_second(void)
{
	strcpy(second_line, read_all());
}

/* Each line goes to one reader, whole, though another reads while the first one's copy sleeps. */
static void test_two_readers(void)
{
	static char first_line[64];
	loff_t pos = 0;
	ssize_t n;

	begin(0, 0);
	type("first\rsecond\r");
	meanwhile = read_second;
	n = tty_file_ops.read(&file, first_line, sizeof(first_line), &pos);
	CHECK_EQ(n, 6);
	CHECK_STR(first_line, "first\n");
	CHECK_STR(second_line, "second\n");
}

static bool reader_begun;

/* The first task waits for a line, the second one types it in two parts. */
static void read_or_type(void)
{
	if (!reader_begun) {
		reader_begun = true;
		strcpy(second_line, read_all());
		return;
	}
	type("wait");
	task_yield();
	CHECK_STR(second_line, "");
	type("ed\r");
}

static void test_waiting(void)
{
	u32 seed;

	begin(0, 0);
	file.flags &= ~O_NONBLOCK;
	for (seed = 1; seed < 20; seed++) {
		reader_begun = false;
		second_line[0] = '\0';
		tasks_run(read_or_type, 2, seed);
		CHECK_STR(second_line, "waited\n");
	}
	file.flags |= O_NONBLOCK;
}

static const struct test tests[] = {
	{"lines", test_lines},
	{"erasing", test_erase},
	{"erasing much", test_erase_long},
	{"end of file", test_end_of_file},
	{"signals", test_signals},
	{"echo", test_echo},
	{"raw mode", test_raw},
	{"raw mode, timed", test_timed},
	{"carriage returns, stripping, another line's end", test_carriage_returns},
	{"a full ring", test_full},
	{"settings", test_settings},
	{"whole settings, though copies sleep", test_whole_settings},
	{"two readers", test_two_readers},
	{"waiting for a line", test_waiting},
};
TEST_MAIN(tests)
