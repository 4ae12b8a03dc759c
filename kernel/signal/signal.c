/*
 * signal.c - sending signals, and the structures that hold them.
 *
 * A signal goes into the pending set of a thread or of a process, once: a
 * standard signal that is pending already is dropped, a real-time one queues.
 * Details (struct sigqueue) come from a slab cache without waiting; when there
 * is no memory the signal arrives without them. A thread that can take the
 * signal gets its `sigpending` flag, which the way to user mode tests, and is
 * woken from an interruptible sleep.
 *
 * Each process has a lock. Interrupts stay on under it, as a process may have
 * many threads to be told: no handler sends a signal. Those that want to (^C,
 * alarm()) leave it to the next task that can (send_sig_soon(), kill.c).
 */
#include "signal/signal.h"
#include "kernel/bitops.h"
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/slab.h"
#include "sched/itimer.h"
#include "sched/sched.h"

struct sigqueue {
	struct list_head node;
	struct siginfo info;
};

#define STOP_SIGNALS (sigmask(SIGSTOP) | sigmask(SIGTSTP) | sigmask(SIGTTIN) | sigmask(SIGTTOU))
#define CORE_SIGNALS                                                                \
	(sigmask(SIGQUIT) | sigmask(SIGILL) | sigmask(SIGTRAP) | sigmask(SIGABRT) | \
	 sigmask(SIGFPE) | sigmask(SIGSEGV) | sigmask(SIGBUS) | sigmask(SIGSYS) |   \
	 sigmask(SIGXCPU) | sigmask(SIGXFSZ))
#define SIGQUEUE_MAX 1024 /* waiting details in the whole system: RLIMIT_SIGPENDING's default */

static struct kmem_cache *sigqueue_cache, *sighand_cache, *signal_cache;
static unsigned int sigqueues;

static void sighand_construct(void *object)
{
	memset(object, 0, sizeof(struct sighand_struct));
}

void signals_init(void)
{
	sigqueue_cache =
		kmem_cache_create("sigqueue", sizeof(struct sigqueue), 0, SLAB_PANIC, NULL);
	sighand_cache = kmem_cache_create("sighand_cache", sizeof(struct sighand_struct), 0,
					  SLAB_PANIC, sighand_construct);
	signal_cache = kmem_cache_create("signal_cache", sizeof(struct signal_struct), 0,
					 SLAB_PANIC, NULL);
}

void sigpending_init(struct sigpending *pending)
{
	pending->set = 0;
	INIT_LIST_HEAD(&pending->queue);
}

static void sigqueue_free(struct sigqueue *q)
{
	list_del(&q->node);
	kmem_cache_free(sigqueue_cache, q);
	sigqueues--;
}

void sigpending_discard(struct sigpending *pending, sigset_t set)
{
	struct sigqueue *q, *next;

	if (!(pending->set & set))
		return;
	pending->set &= ~set;
	list_for_each_entry_safe (q, next, &pending->queue, node)
		if (sigmask(q->info.si_signo) & set)
			sigqueue_free(q);
}

/* Lowest signal of a set that is not empty. */
static int first_signal(sigset_t set)
{
	return (u32)set ? (int)__ffs((u32)set) + 1 : (int)__ffs((u32)(set >> 32)) + 33;
}

#define for_each_changed(sighand, set, sig) \
	for ((set) = (sighand)->changed; (set) && ((sig) = first_signal(set)); (set) &= (set) - 1)

struct sighand_struct *sighand_dup(const struct sighand_struct *old)
{
	struct sighand_struct *sighand = kmem_cache_alloc(sighand_cache, GFP_KERNEL);
	sigset_t set;
	int sig;

	if (!sighand)
		return NULL;
	atomic_set(&sighand->count, 1);
	sighand->changed = old->changed;
	for_each_changed(old, set, sig) sighand->action[sig - 1] = old->action[sig - 1];
	return sighand;
}

void sighand_put(struct sighand_struct *sighand)
{
	sigset_t set;
	int sig;

	if (!atomic_dec_and_test(&sighand->count))
		return;
	for_each_changed(sighand, set, sig) sighand->action[sig - 1] = (struct k_sigaction){0};
	sighand->changed = 0;
	kmem_cache_free(sighand_cache, sighand);
}

void sighand_set(struct sighand_struct *sighand, int sig, const struct k_sigaction *action)
{
	sighand->action[sig - 1] = *action;
	sighand->changed |= sigmask(sig);
}

void sighand_flush_handlers(struct sighand_struct *sighand)
{
	struct k_sigaction none = {0};
	sigset_t set;
	int sig;

	for_each_changed(sighand, set, sig)
	{
		none.handler = sighand->action[sig - 1].handler == SIG_IGN ? SIG_IGN : SIG_DFL;
		sighand->action[sig - 1] = none;
		if (none.handler == SIG_DFL)
			sighand->changed &= ~sigmask(sig);
	}
}

struct signal_struct *signal_alloc(struct task_struct *leader)
{
	struct signal_struct *signal = kmem_cache_alloc(signal_cache, GFP_KERNEL);

	if (!signal)
		return NULL;
	memset(signal, 0, sizeof(*signal));
	atomic_set(&signal->count, 1);
	spin_lock_init(&signal->lock, "signal");
	signal->live = 1;
	signal->cpu_check = signal->cpu_hard = ~0ul;
	sigpending_init(&signal->shared);
	init_waitqueue_head(&signal->thread_gone);
	timer_setup(&signal->real_timer, real_timer_expired);
	INIT_LIST_HEAD(&signal->soon);
	signal->leader = leader;
	return signal;
}

void signal_put(struct signal_struct *signal)
{
	if (!atomic_dec_and_test(&signal->count))
		return;
	BUG_ON(timer_armed(&signal->real_timer));
	if (unlikely(!list_empty(&signal->soon)))
		forget_soon(signal);
	sigpending_discard(&signal->shared, ~0ull);
	kmem_cache_free(signal_cache, signal);
}

static unsigned long seconds_to_ticks(u64 seconds)
{
	return seconds >= ~0ul / HZ ? ~0ul : (unsigned long)seconds * HZ;
}

void signal_set_cpu_limit(struct signal_struct *signal, const struct rlimit64 *limit)
{
	unsigned long flags = local_irq_save();

	/* As on Linux: no limit of 0 seconds. */
	signal->cpu_hard = seconds_to_ticks(max(limit->max, (u64)1));
	signal->cpu_check = min(seconds_to_ticks(max(limit->cur, (u64)1)), signal->cpu_hard);
	local_irq_restore(flags);
}

void cpu_limit_reached(struct signal_struct *signal)
{
	if (signal->cpu_ticks >= signal->cpu_hard) {
		signal->cpu_check = ~0ul;
		send_sig_soon(SIGKILL, signal);
		return;
	}
	signal->cpu_check = min(signal->cpu_ticks + HZ, signal->cpu_hard);
	send_sig_soon(SIGXCPU, signal);
}

static bool default_ignores(int sig)
{
	return sigmask(sig) &
	       (sigmask(SIGCHLD) | sigmask(SIGCONT) | sigmask(SIGURG) | sigmask(SIGWINCH));
}

bool action_ignores(const struct task_struct *task, int sig)
{
	u32 handler = task->sighand->action[sig - 1].handler;

	return handler == SIG_IGN || (handler == SIG_DFL && default_ignores(sig));
}

/* A blocked or awaited signal is not ignored: its action may change yet, or it will be fetched. */
bool signal_ignored(const struct task_struct *task, int sig)
{
	if (task->kthread)
		return true;
	if ((task->blocked | task->sigwait_set) & sigmask(sig))
		return false;
	/* Init gets only what it has asked for: nobody can kill it by accident. */
	if (signal_unkillable(task) && task->sighand->action[sig - 1].handler == SIG_DFL)
		return true;
	return action_ignores(task, sig);
}

/* Ends a stop of the whole process. Lock held. */
static void continue_process(struct task_struct *task, int sig)
{
	struct signal_struct *signal = task->signal;
	struct task_struct *thread;

	if (signal->group_stop) {
		signal->group_stop = false;
		signal->stop_unreported = false;
		signal->cont_unreported = sig == SIGCONT;
		wake_up_all(&signal->leader->parent->wait_child);
	}
	for_each_thread(task, thread) wake_up_stopped(thread);
}

/* A stop and a continue throw each other out of the pending sets. Lock held. */
static void stop_and_cont(struct task_struct *task, int sig)
{
	sigset_t out = sig == SIGCONT ? STOP_SIGNALS : sigmask(SIGCONT);
	struct task_struct *thread;

	if (sig != SIGCONT && !(STOP_SIGNALS & sigmask(sig)))
		return;
	sigpending_discard(&task->signal->shared, out);
	for_each_thread(task, thread) sigpending_discard(&thread->pending, out);
	if (sig == SIGCONT)
		continue_process(task, sig);
}

static void enqueue_signal(struct sigpending *pending, int sig, const struct siginfo *info)
{
	struct sigqueue *q;

	if (sig < SIGRTMIN && (pending->set & sigmask(sig)))
		return;
	pending->set |= sigmask(sig);
	if (!info || sigqueues >= SIGQUEUE_MAX)
		return;
	q = kmem_cache_alloc(sigqueue_cache, GFP_ATOMIC | __GFP_NOWARN);
	if (!q)
		return;
	sigqueues++;
	q->info = *info;
	q->info.si_signo = sig;
	list_add_tail(&q->node, &pending->queue);
}

static bool can_take(const struct task_struct *thread, int sig)
{
	return !thread->exiting && (sig == SIGKILL || !(thread->blocked & sigmask(sig)));
}

/* The thread that is to take a signal; NULL: none can. Lock held. */
static struct task_struct *choose_thread(struct task_struct *task, int sig, bool process)
{
	struct task_struct *thread;

	if (!process)
		return can_take(task, sig) ? task : NULL;
	for_each_thread(task, thread) if (can_take(thread, sig)) return thread;
	return NULL;
}

/* Without a handler the signal ends the process. Those that Linux dumps core for take their way
 * through the thread that takes them, like all others: not asked for here. */
static bool ends_process(const struct task_struct *thread, int sig)
{
	sigset_t others = STOP_SIGNALS | CORE_SIGNALS | thread->sigwait_set;

	if (signal_unkillable(thread))
		return false; /* another thread of init may have it blocked, so it is not ignored */
	return sig == SIGKILL || (thread->sighand->action[sig - 1].handler == SIG_DFL &&
				  !(sigmask(sig) & others) && !default_ignores(sig));
}

/*
 * The process ends with a signal, and now: its threads may be in sleeps that
 * nothing else ends, so they are told before one of them has taken it. Lock held.
 */
static void begin_group_exit(struct task_struct *task, int sig)
{
	struct signal_struct *signal = task->signal;
	struct task_struct *thread;

	if (signal->group_exit && !signal->group_execer)
		return;
	signal->group_exit = true;
	signal->group_execer = NULL;
	signal->group_exit_code = sig;
	signal->group_stop = false;
	for_each_thread(task, thread)
	{
		thread->sigpending = true;
		wake_up_signalled(thread, true);
	}
}

static void send_signal(int sig, const struct siginfo *info, struct task_struct *task, bool process)
{
	struct task_struct *thread;

	if (!task->signal)
		return; /* gone but for its structure */
	spin_lock(&task->signal->lock);
	stop_and_cont(task, sig);
	if (signal_ignored(task, sig))
		goto out;
	enqueue_signal(process ? &task->signal->shared : &task->pending, sig, info);
	if (sig == SIGKILL)
		continue_process(task, sig);
	thread = choose_thread(task, sig, process);
	if (!thread)
		goto out;
	if (ends_process(thread, sig) && (sig == SIGKILL || !task->signal->group_stop)) {
		begin_group_exit(task, sig);
	} else {
		thread->sigpending = true;
		wake_up_signalled(thread, false);
	}
out:
	spin_unlock(&task->signal->lock);
}

void send_sig_thread(int sig, const struct siginfo *info, struct task_struct *task)
{
	send_signal(sig, info, task, false);
}

void send_sig_process(int sig, const struct siginfo *info, struct task_struct *task)
{
	send_signal(sig, info, task->group_leader, true);
}

void send_sig(int sig, struct task_struct *task)
{
	send_sig_process(sig, &(struct siginfo){.si_code = SI_KERNEL}, task);
}

void zap_other_threads(struct task_struct *task)
{
	struct task_struct *thread;

	task->signal->group_stop = false;
	for_each_thread(task, thread)
	{
		if (thread == task || thread->exiting)
			continue;
		thread->sigpending = true;
		wake_up_signalled(thread, true);
	}
}

/* Reasons to look besides pending signals: rare, so looked at together. */
static bool special_work(const struct task_struct *task, const struct signal_struct *signal)
{
	return (signal->group_exit && signal->group_execer != task) || signal->group_stop ||
	       task->restore_blocked || task->forced.si_signo;
}

void recalc_sigpending(void)
{
	struct task_struct *task = current;
	struct signal_struct *signal = task->signal;

	task->sigpending = ((task->pending.set | signal->shared.set) & ~task->blocked) != 0 ||
			   special_work(task, signal);
}

void set_blocked(sigset_t set)
{
	spin_lock(&current->signal->lock);
	current->blocked = set & ~(sigmask(SIGKILL) | sigmask(SIGSTOP));
	recalc_sigpending();
	spin_unlock(&current->signal->lock);
}

/* Takes a signal's details out of a set; without any, it came from the kernel. */
static void take_info(struct sigpending *pending, int sig, struct siginfo *info)
{
	struct sigqueue *q, *found = NULL;
	bool more = false;

	list_for_each_entry (q, &pending->queue, node) {
		if (q->info.si_signo != sig)
			continue;
		if (found) {
			more = true;
			break;
		}
		found = q;
	}
	if (!more)
		pending->set &= ~sigmask(sig);
	if (found) {
		*info = found->info;
		sigqueue_free(found);
	} else {
		*info = (struct siginfo){.si_signo = sig, .si_code = SI_USER};
	}
}

/* Faults first: their handlers must see the registers as they were; else the lowest number. */
static int lowest_signal(sigset_t set)
{
	const sigset_t faults = sigmask(SIGSEGV) | sigmask(SIGBUS) | sigmask(SIGILL) |
				sigmask(SIGTRAP) | sigmask(SIGFPE) | sigmask(SIGSYS);

	if (set & faults)
		set &= faults;
	return first_signal(set);
}

int dequeue_signal(sigset_t from_set, struct siginfo *info)
{
	struct task_struct *task = current;
	struct sigpending *from = &task->pending;
	sigset_t set;
	int sig = 0;

	spin_lock(&task->signal->lock);
	set = from->set & from_set;
	if (!set) {
		from = &task->signal->shared;
		set = from->set & from_set;
	}
	if (set) {
		sig = lowest_signal(set);
		take_info(from, sig, info);
	}
	recalc_sigpending();
	spin_unlock(&task->signal->lock);
	return sig;
}
