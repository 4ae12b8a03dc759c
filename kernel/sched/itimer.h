/* itimer.h - alarm() and setitimer(). */
#ifndef PROC_ITIMER_H
#define PROC_ITIMER_H

struct ktimer;

/* A process's real-time timer has run out: SIGALRM, and the next interval. In the tick. */
void real_timer_expired(struct ktimer *timer);

#endif
