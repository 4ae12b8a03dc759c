/*
 * tty.c - the terminal on the serial line: what happens between a program and it.
 *
 * Input arrives byte by byte in the interrupt handler, which edits the line, echoes and
 * sends signals (tty_receive), and puts the rest into a ring:
 *
 *      out                  lines              in
 *       |  complete lines    |  line in work    |
 *   ----+--------------------+------------------+----
 *
 * In canonical mode programs read up to `lines`; the bitmap `ends` marks where each line
 * ends, and a ^D is a mark on a NUL that is not itself delivered. In raw mode they read all.
 * There is one terminal and one session on it, so its foreground group is just a number.
 */
#include "i386/uaccess.h"
#include "console.h"
#include "drivers/serial.h"
#include "fs/vfs/internal.h"
#include "fs/tty/ioctl.h"
#include "fs/tty/tty.h"
#include "kernel/bitops.h"
#include "kernel/string.h"
#include "kernel/time.h"
#include "sched/sched.h"
#include "signal/signal.h"

#define RING	       4096u
#define TTY_CHUNK      256u /* bytes copied at a time */
#define ERASE_MAX      80u  /* bytes that one key takes from the screen: about a row */
#define CTRL(c)	       ((u8)((c) & 0x1f))
#define TICKS_PER_DECI (HZ / 10)
#define DEFAULT_ROWS   24
#define DEFAULT_COLS   80

static struct {
	spinlock_t lock; /* all of this; taken in the interrupt handler */
	wait_queue_head_t wait;
	struct termios termios;
	struct winsize winsize;
	pid_t pgrp;	    /* foreground; 0: none yet */
	u32 in, lines, out; /* counts of bytes since the beginning */
	u8 ring[RING];
	unsigned long ends[BITS_TO_LONGS(RING)];
} tty = {
	.lock = SPIN_LOCK_INIT("tty"),
	.wait = WAIT_QUEUE_HEAD_INIT(tty.wait),
	.winsize = {.ws_row = DEFAULT_ROWS, .ws_col = DEFAULT_COLS},
};

static const struct termios default_termios = {
	.c_iflag = TTY_ICRNL | TTY_IXON,
	.c_oflag = TTY_OPOST | TTY_ONLCR,
	.c_cflag = TTY_B115200 | TTY_CS8 | TTY_CREAD,
	.c_lflag = TTY_ISIG | TTY_ICANON | TTY_ECHO | TTY_ECHOE | TTY_ECHOK | TTY_ECHOCTL |
		   TTY_ECHOKE | TTY_IEXTEN,
	.c_cc = {[VINTR] = CTRL('C'),
		 [VQUIT] = CTRL('\\'),
		 [VERASE] = 0x7f,
		 [VKILL] = CTRL('U'),
		 [VEOF] = CTRL('D'),
		 [VMIN] = 1,
		 [VSUSP] = CTRL('Z'),
		 [VWERASE] = CTRL('W'),
		 [VREPRINT] = CTRL('R'),
		 [VSTART] = CTRL('Q'),
		 [VSTOP] = CTRL('S')},
};

static bool canonical(void)
{
	return tty.termios.c_lflag & TTY_ICANON;
}

/* Output processing: LF becomes CR LF. Any context. */
void tty_put(const char *buf, size_t n)
{
	if (tty.termios.c_oflag & TTY_OPOST && tty.termios.c_oflag & TTY_ONLCR)
		console_write_text(buf, n);
	else
		console_write(buf, n);
}

static bool is_control(u8 c)
{
	return (c < ' ' && c != '\n' && c != '\t') || c == 0x7f;
}

static void echo(u8 c)
{
	char text[2] = {'^', (char)(c ^ 0x40)};

	if (!(tty.termios.c_lflag & TTY_ECHO) &&
	    !(c == '\n' && tty.termios.c_lflag & TTY_ECHONL && canonical()))
		return;
	if (is_control(c) && tty.termios.c_lflag & TTY_ECHOCTL)
		tty_put(text, 2);
	else
		tty_put((const char *)&c, 1);
}

/* Takes the last `n` bytes of the line in work away, from the screen too. ERASE_MAX at most. */
static void erase(u32 n)
{
	static const char one_column[3] = "\b \b";
	char text[ERASE_MAX * 2 * sizeof(one_column)];
	u32 used = 0, columns;
	u8 c;

	while (n--) {
		c = tty.ring[--tty.in % RING];
		columns = is_control(c) && tty.termios.c_lflag & TTY_ECHOCTL ? 2 : 1;
		for (; columns; columns--, used += sizeof(one_column))
			memcpy(text + used, one_column, sizeof(one_column));
	}
	if (tty.termios.c_lflag & TTY_ECHO)
		tty_put(text, used);
}

static bool is_blank(u32 pos)
{
	return tty.ring[pos % RING] == ' ' || tty.ring[pos % RING] == '\t';
}

/* The last word and the blanks behind it; of a longer one ERASE_MAX bytes. */
static void erase_word(void)
{
	u32 first = tty.in, least = tty.in - min(tty.in - tty.lines, ERASE_MAX);

	while (first != least && is_blank(first - 1))
		first--;
	while (first != least && !is_blank(first - 1))
		first--;
	erase(tty.in - first);
}

/*
 * Forgets the line in work. One that is not too long disappears from the screen; otherwise, as on
 * a terminal that cannot go back, the key is shown and the next line begins. The kernel is in an
 * interrupt here: it has no time for thousands of columns, nor can \b reach the row above.
 */
static void kill_line(void)
{
	const u32 visual = TTY_ECHOK | TTY_ECHOKE | TTY_ECHOE;
	u32 n = tty.in - tty.lines;

	if (n <= ERASE_MAX && (tty.termios.c_lflag & visual) == visual) {
		erase(n);
		return;
	}
	tty.in = tty.lines;
	echo(tty.termios.c_cc[VKILL]);
	if (tty.termios.c_lflag & TTY_ECHOK)
		echo('\n');
}

/* Stores a byte; a full ring drops it, as a line cannot be longer than the ring. */
static bool store(u8 c, bool ends_line)
{
	/* The last place is kept for the end of the line. */
	if (tty.in - tty.out >= RING - (ends_line ? 0 : 1))
		return false;
	if (ends_line)
		__set_bit(tty.in % RING, tty.ends);
	else
		__clear_bit(tty.in % RING, tty.ends);
	tty.ring[tty.in++ % RING] = c;
	return true;
}

/* ^C, ^\ and ^Z: the signal, and what was typed is forgotten. */
static bool signal_key(u8 c)
{
	const u8 *cc = tty.termios.c_cc;
	int sig;

	if (!(tty.termios.c_lflag & TTY_ISIG) || c == 0)
		return false;
	if (c == cc[VINTR])
		sig = SIGINT;
	else if (c == cc[VQUIT])
		sig = SIGQUIT;
	else if (c == cc[VSUSP])
		sig = SIGTSTP;
	else
		return false;
	echo(c);
	if (!(tty.termios.c_lflag & TTY_NOFLSH))
		tty.in = tty.lines = tty.out;
	if (tty.pgrp > 0)
		kill_pgrp_soon(tty.pgrp, sig);
	return true;
}

/* Editing keys of canonical mode: true when the byte was one. */
static bool edit_key(u8 c)
{
	const u8 *cc = tty.termios.c_cc;

	if (c == 0)
		return false;
	if (c == cc[VERASE] || c == '\b') {
		if (tty.in != tty.lines)
			erase(1);
	} else if (c == cc[VKILL]) {
		kill_line();
	} else if (c == cc[VWERASE]) {
		erase_word();
	} else if (c == cc[VEOF]) {
		if (store('\0', true))
			tty.lines = tty.in;
		wake_up_all(&tty.wait);
	} else {
		return false;
	}
	return true;
}

static void receive_locked(u8 c)
{
	bool ends_line;

	if (tty.termios.c_iflag & TTY_ISTRIP)
		c &= 0x7f;
	if (c == '\r' && tty.termios.c_iflag & TTY_IGNCR)
		return;
	if (c == '\r' && tty.termios.c_iflag & TTY_ICRNL)
		c = '\n';
	else if (c == '\n' && tty.termios.c_iflag & TTY_INLCR)
		c = '\r';
	if (signal_key(c) || (canonical() && edit_key(c)))
		return;
	ends_line = canonical() && (c == '\n' || (c && c == tty.termios.c_cc[VEOL]));
	if (!store(c, ends_line))
		return;
	echo(c);
	if (ends_line || !canonical())
		tty.lines = tty.in;
	wake_up_all(&tty.wait);
}

/* From the serial interrupt. */
static void tty_receive(char c)
{
	unsigned long flags;

	spin_lock_irqsave(&tty.lock, flags);
	receive_locked((u8)c);
	spin_unlock_irqrestore(&tty.lock, flags);
}

static bool input_ready(void)
{
	return tty.lines != tty.out;
}

/*
 * Takes up to `n` bytes that may be read now, of one line at most in canonical mode. *end: the
 * line, or all there is, was taken.
 */
static unsigned int take_input(u8 *to, unsigned int n, bool *end)
{
	unsigned int taken = 0;
	unsigned long flags;
	bool marked;
	u8 c;

	*end = false;
	spin_lock_irqsave(&tty.lock, flags);
	while (taken < n && tty.out != tty.lines && !*end) {
		c = tty.ring[tty.out % RING];
		marked = canonical() && test_bit(tty.out % RING, tty.ends);
		tty.out++;
		*end = marked;
		if (!(marked && c == '\0'))
			to[taken++] = c;
	}
	if (tty.out == tty.lines)
		*end = true;
	spin_unlock_irqrestore(&tty.lock, flags);
	return taken;
}

/*
 * Raw mode with VMIN 0: waits VTIME tenths of a second, and no input is not an error. 0, or
 * -ERESTARTSYS: that may be 25 seconds, so a signal ends it.
 */
static int wait_timed(void)
{
	long left = (long)tty.termios.c_cc[VTIME] * TICKS_PER_DECI;
	wait_queue_entry_t entry;

	/* One more: the tick that is under way has been partly used up. */
	left += left != 0;
	while (left != 0 && !input_ready()) {
		if (signal_pending_current())
			return -ERESTARTSYS;
		prepare_to_wait(&tty.wait, &entry, true);
		if (!input_ready())
			left = schedule_timeout(left);
		finish_wait(&tty.wait, &entry);
	}
	return 0;
}

/* 0, or -EAGAIN, -ERESTARTSYS. */
static int wait_for_input(const struct file *file)
{
	if (input_ready())
		return 0;
	if (file->flags & O_NONBLOCK)
		return -EAGAIN;
	if (!canonical() && tty.termios.c_cc[VMIN] == 0)
		return wait_timed();
	return wait_event_interruptible(tty.wait, input_ready());
}

static ssize_t tty_read(struct file *file, void __user *buf, size_t count, loff_t *pos)
{
	u8 chunk[TTY_CHUNK];
	unsigned int n;
	size_t done = 0;
	bool end = false;
	int err;

	(void)pos;
	if (count == 0)
		return 0;
	err = wait_for_input(file);
	if (err)
		return err;
	while (done < count && !end) {
		n = take_input(chunk, (unsigned int)min(count - done, (size_t)TTY_CHUNK), &end);
		if (copy_to_user((u8 __user *)buf + done, chunk, n))
			return done ? (ssize_t)done : -EFAULT;
		done += n;
	}
	return (ssize_t)done;
}

static ssize_t tty_write(struct file *file, const void __user *buf, size_t count, loff_t *pos)
{
	char chunk[TTY_CHUNK];
	size_t done = 0, n;

	(void)file;
	(void)pos;
	while (done < count && !fatal_signal_pending_current()) {
		n = min(count - done, (size_t)TTY_CHUNK);
		if (copy_from_user(chunk, (const char __user *)buf + done, n))
			return done ? (ssize_t)done : -EFAULT;
		console_wait_room();
		tty_put(chunk, n);
		done += n;
		cond_resched();
	}
	return (ssize_t)done;
}

static ssize_t tty_kwrite(struct file *file, const void *buf, size_t count, loff_t *pos)
{
	(void)file;
	(void)pos;
	console_wait_room();
	tty_put(buf, count);
	return (ssize_t)count;
}

static unsigned int tty_poll(struct file *file, wait_queue_head_t **queue)
{
	(void)file;
	*queue = &tty.wait;
	return POLLOUT | POLLWRNORM | (input_ready() ? POLLIN | POLLRDNORM : 0);
}

/* Drops what has not been read. */
static void flush_input(void)
{
	unsigned long flags;

	spin_lock_irqsave(&tty.lock, flags);
	tty.in = tty.lines = tty.out;
	spin_unlock_irqrestore(&tty.lock, flags);
}

static int set_termios(const void __user *from, bool flush)
{
	struct termios termios;
	unsigned long flags;

	if (copy_from_user(&termios, from, sizeof(termios)))
		return -EFAULT;
	if (flush)
		flush_input();
	spin_lock_irqsave(&tty.lock, flags);
	tty.termios = termios;
	if (!canonical())
		tty.lines = tty.in; /* an unfinished line may be read now */
	spin_unlock_irqrestore(&tty.lock, flags);
	wake_up_all(&tty.wait);
	return 0;
}

/* The copies to and from the program sleep, and other tasks change the settings: whole ones only.
 */
static int get_termios(void __user *to)
{
	struct termios termios;
	unsigned long flags;

	spin_lock_irqsave(&tty.lock, flags);
	termios = tty.termios;
	spin_unlock_irqrestore(&tty.lock, flags);
	return copy_to_user(to, &termios, sizeof(termios)) ? -EFAULT : 0;
}

static int get_winsize(void __user *to)
{
	struct winsize winsize = tty.winsize;

	return copy_to_user(to, &winsize, sizeof(winsize)) ? -EFAULT : 0;
}

static int set_winsize(const void __user *from)
{
	struct winsize winsize;

	if (copy_from_user(&winsize, from, sizeof(winsize)))
		return -EFAULT;
	tty.winsize = winsize;
	return 0;
}

static int set_pgrp(const u32 __user *from)
{
	u32 pgrp;

	if (get_user_u32(&pgrp, from))
		return -EFAULT;
	if ((s32)pgrp <= 0)
		return -EINVAL;
	tty.pgrp = (pid_t)pgrp;
	return 0;
}

static u32 input_bytes(void)
{
	return tty.lines - tty.out;
}

static int tty_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *user = (void __user *)arg;

	(void)file;
	switch (cmd) {
	case TCGETS:
		return get_termios(user);
	case TCSETS:
	case TCSETSW:
		return set_termios(user, false);
	case TCSETSF:
		return set_termios(user, true);
	case TCFLSH:
		flush_input();
		return 0;
	case TCSBRK:
	case TCXONC:
	case TIOCNOTTY:
		return 0;
	case TIOCSCTTY:
		tty.pgrp = current->pgrp;
		return 0;
	case TIOCGPGRP:
		return put_user_u32((u32)tty.pgrp, user);
	case TIOCSPGRP:
		return set_pgrp(user);
	case TIOCGSID:
		return put_user_u32((u32)current->session, user);
	case TIOCGWINSZ:
		return get_winsize(user);
	case TIOCSWINSZ:
		return set_winsize(user);
	case FIONREAD:
		return put_user_u32(input_bytes(), user);
	case TIOCOUTQ:
		return put_user_u32(0, user);
	default:
		return -ENOTTY;
	}
}

/* The first group to open the terminal is in the foreground until a shell says otherwise. */
static int tty_open(struct inode *inode, struct file *file)
{
	(void)inode;
	if (tty.pgrp == 0 && !(file->flags & O_NOCTTY))
		tty.pgrp = current->pgrp;
	return 0;
}

const struct file_ops tty_file_ops = {
	.open = tty_open,
	.read = tty_read,
	.write = tty_write,
	.kwrite = tty_kwrite,
	.ioctl = tty_ioctl,
	.poll = tty_poll,
};

void tty_init(void)
{
	tty.termios = default_termios;
	serial_set_receiver(tty_receive);
}
