/*
 * random.c - getrandom(), AT_RANDOM.
 *
 * The same inputs must give the same recording, byte for byte, so there is no
 * entropy: a fixed seed starts a generator (Marsaglia's xorshift, 32 bits,
 * shifts 13, 17, 5), and every run sees the same sequence. Good for hash seeds
 * and stack canaries, useless for keys.
 */
#include "proc/random.h"
#include "arch/irq.h"
#include "i386/uaccess.h"
#include "kernel/errno.h"
#include "kernel/xorshift.h"
#include "sched/sched.h"
#include "proc/syscall.h"

#define SEED	     0x50616765u /* "Page"; anything but 0 */
#define GRND_KNOWN   0x7u	 /* NONBLOCK, RANDOM, INSECURE: all the same here */
#define RANDOM_CHUNK 64

static u32 state = SEED;

void get_random(void *buf, size_t n)
{
	unsigned long flags = local_irq_save();
	u8 *to = buf;
	u32 word = 0;
	size_t i;

	for (i = 0; i < n; i++, word >>= 8) {
		if (i % sizeof(word) == 0)
			word = xorshift32(&state);
		to[i] = (u8)word;
	}
	local_irq_restore(flags);
}

/* getrandom(buf, count, flags) */
SYSCALL(getrandom)
{
	u8 chunk[RANDOM_CHUNK];
	u32 done, n;

	if (c & ~GRND_KNOWN)
		return -EINVAL;
	b = min(b, 0x7fffffffu);
	for (done = 0; done < b; done += n) {
		n = min(b - done, (u32)RANDOM_CHUNK);
		get_random(chunk, n);
		if (copy_to_user((void __user *)(a + done), chunk, n))
			return done ? (long)done : -EFAULT;
		cond_resched();
		if (current->sigpending && done)
			return (long)(done + n);
	}
	return (long)b;
}
