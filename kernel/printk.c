/*
 * printk.c - messages and consoles.
 *
 * A message is formatted into a static buffer (kernel stacks are small) with
 * interrupts off and handed to every console at once; consoles buffer by
 * themselves. A leading KERN_<level> decides whether it is shown; a message
 * without one counts as LOGLEVEL_DEFAULT. There is no time stamp, so that two
 * runs of the same image print the same bytes.
 */
#include "kernel/printk.h"
#include "arch/irq.h"
#include "console.h"
#include "kernel/cmdline.h"
#include "kernel/lock.h"
#include "kernel/string.h"

#define MESSAGE_MAX 512

int console_loglevel = 7; /* all but KERN_DEBUG */

static struct console *consoles;
static bool at_line_start = true;

void console_register(struct console *console)
{
	console->next = consoles;
	consoles = console;
}

void console_write(const char *buf, size_t n)
{
	unsigned long flags;
	struct console *console;

	if (n == 0)
		return;
	flags = local_irq_save();
	for (console = consoles; console; console = console->next)
		console->write(buf, n);
	at_line_start = buf[n - 1] == '\n';
	local_irq_restore(flags);
}

void console_write_text(const char *text, size_t n)
{
	const char *newline;
	size_t run;

	for (; n; text += run, n -= run) {
		newline = memchr(text, '\n', n);
		run = newline ? (size_t)(newline - text) : n;
		if (run)
			console_write(text, run);
		if (newline) {
			console_write("\r\n", 2);
			run++;
		}
	}
}

static void wait_for_consoles(unsigned int unsent)
{
	struct console *console;

	might_sleep();
	for (console = consoles; console; console = console->next)
		if (console->wait)
			console->wait(unsent);
}

void console_wait_room(void)
{
	wait_for_consoles(CONSOLE_PIECE);
}

void console_drain(void)
{
	wait_for_consoles(0);
}

void console_fresh_line(void)
{
	if (!at_line_start)
		console_write_text("\n", 1);
}

int vprintk(const char *fmt, va_list ap)
{
	static char message[MESSAGE_MAX];
	unsigned long flags = local_irq_save();
	int level = LOGLEVEL_DEFAULT;
	int length;

	if (fmt[0] == KERN_SOH[0] && fmt[1] >= '0' && fmt[1] <= '7') {
		level = fmt[1] - '0';
		fmt += 2;
	}
	length = vsnprintf(message, sizeof(message), fmt, ap);
	if (length >= (int)sizeof(message)) {
		length = sizeof(message) - 1;
		message[length - 1] = '\n';
	}
	if (level < console_loglevel && length > 0)
		console_write_text(message, (size_t)length);
	local_irq_restore(flags);
	return length;
}

int printk(const char *fmt, ...)
{
	va_list ap;
	int length;

	va_start(ap, fmt);
	length = vprintk(fmt, ap);
	va_end(ap);
	return length;
}

void loglevel_init(void)
{
	char value[8];
	unsigned long level;

	if (!cmdline_get("loglevel", value, sizeof(value)))
		return;
	if (kstrtoul(value, 10, &level) == 0 && level <= 8)
		console_loglevel = (int)level;
	else
		cmdline_bad("loglevel", value, "a number from 0 to 8");
}
