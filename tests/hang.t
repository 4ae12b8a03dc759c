#!/bin/bash
# hang.t - a run that hangs, or is interrupted, ends with what its tasks wait for: in the terminal's
# last lines and in the report.
#
# Programs that wait for what never comes, one that spins, and a kernel that hangs before the first
# program. Addresses of this very build are masked; everything else is as it must be.
. tests/tap.sh

cat >"$scratch/reader.c" <<'END'
#include <unistd.h>
int main(void)
{
	int ends[2];
	char c;

	write(1, "ready\n", 6);
	return pipe(ends) || read(ends[0], &c, 1); /* holds the other end itself */
}
END
cat >"$scratch/spin.c" <<'END'
#include <unistd.h>
static volatile unsigned turns;
__attribute__((noinline)) void spin_on(void)
{
	for (;;)
		turns++;
}
int main(void)
{
	write(1, "ready\n", 6);
	spin_on();
}
END
cat >"$scratch/abba.c" <<'END'
#include <pthread.h>
#include <unistd.h>
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t both;
static void *take(pthread_mutex_t *first, pthread_mutex_t *second)
{
	pthread_mutex_lock(first);
	pthread_barrier_wait(&both);
	pthread_mutex_lock(second);
	return NULL;
}
static void *other(void *unused)
{
	return take(&b, unused ? NULL : &a);
}
int main(void)
{
	pthread_t thread;

	pthread_barrier_init(&both, NULL, 2);
	write(1, "ready\n", 6);
	pthread_create(&thread, NULL, other, NULL);
	take(&a, &b);
}
END
cat >"$scratch/family.c" <<'END'
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
	int i;

	if (!fork())
		_exit(0); /* nobody waits for it */
	if (!fork())
		kill(getpid(), SIGSTOP);
	for (i = 0; i < 9; i++) /* at the same */
		if (!fork())
			pause();
	write(1, "ready\n", 6);
	pause();
}
END

out=$scratch/out
model=${boot_elf#build/boot}
for program in reader spin abba family; do
	i686-linux-gnu-gcc -static -O -pthread -o "$scratch/$program" "$scratch/$program.c"
done

# hang PROGRAM CMDLINE SECONDS: boots; $output and $status when the time is up
hang()
{
	image "$1" "$2"
	status=0
	output=$("${boot[@]}" -t "$3" "$scratch/disk.img" 2>&1) || status=$?
}

image()
{
	disk/job.sh "$scratch/root" "$scratch/$1" && disk/mkimage.sh -o "$scratch/disk.img" -k "$boot_elf" \
		-a "root=/dev/hda1 rw console=ttyS0 selftest=none $2" build/root "$scratch/root"
	boot=(tests/run/boot.sh -o "$out" -k "build/kernel${model%.elf}/kernel.elf" -P "$scratch/$1")
}

# interrupt PROGRAM: the same, ended by a signal once the program is ready and has had a moment
interrupt()
{
	local i pid
	image "$1" ''
	status=0
	rm -f "$out/stdout.txt"
	"${boot[@]}" -t 120 "$scratch/disk.img" >"$scratch/running.log" 2>&1 &
	pid=$!
	for ((i = 0; i < 600; i++)); do
		! grep -qs ready "$out/stdout.txt" || break
		sleep 0.1
	done
	sleep 1
	kill -TERM $pid
	wait $pid || status=$?
	output=$(cat "$scratch/running.log")
}

# ends NAME STATUS TEXT: the last lines are TEXT, in which ADDRESS stands for any one; and the lines
# of the tasks are in the report, which is made by mawk, as they are here
ends()
{
	local lines
	is "$1: status" "$status" "$2"
	lines=$(sed -n '/What each task was at/,$p' <<<"$output")
	is "$1: the last lines" "$(sed -E 's/0x[0-9a-f]{8}/ADDRESS/g' <<<"$lines")" "$3"
	is "$1: the report has them" "$(sed -n '/What each task was at/,/<\/pre>/p' "$out/report.html" |
		sed 's/<[^>]*>//g; s/&lt;/</g' | grep -v '^$')" "$(sed '/^FAILED/d; s/^  //' <<<"$lines")"
	unlike "$1: no check failed" "$output" 'CHECK FAILED'
	is "$1: and the recording is refused for that alone" "$(analysis/check.sh "$out" | grep '^not ok' |
		sed 's/ok [0-9]*/ok/')" 'not ok - meta.csv: the recording is complete'
}

init='      1 init            sleeping in system call 114, wait4(-1, ...), at do_wait < sys_wait4
      2 ide0            sleeping in the kernel, at error_thread < kthread_main < kthread_start
      3 kswapd0         sleeping in the kernel, at kswapd < kthread_main < kthread_start'
hang reader '' 10
ends 'a pipe that nobody writes to' 1 "  No task could run. What each task was at when the run was ended:
      4 reader          sleeping in system call 3, read(3, ...), at pipe_read < do_read < sys_read
$init
FAILED: hang: not finished after 10 s; last line on the console: ready"
for awk in gawk "$PWD/build/root/bin/busybox awk"; do
	like "the same by ${awk##*/}" "$(AWK=$awk analysis/report.sh "$out")" \
		'^      4 reader          sleeping in system call 3, read\(3, ...\), at pipe_read < do_read < sys_read$'
done

interrupt spin
ends 'a loop in the program' 143 "  What each task was at when the run was ended:
      4 spin            running in the program at ADDRESS spin_on
$init
FAILED: interrupted by SIGTERM"

interrupt abba
lock='futex(ADDRESS, 128, 2), at futex_wait_restartable < do_wait < do_futex'
ends 'two threads that wait for each other' 143 \
	"  No task could run. What each task was at when the run was ended:
      4 abba            sleeping in system call 240, $lock
      5 abba            sleeping in system call 240, $lock
$init
FAILED: interrupted by SIGTERM"

interrupt family
ends 'a family' 143 "  No task could run. What each task was at when the run was ended:
      4 family          sleeping in system call 29, pause(...), at sys_pause; 9 more at the same
$init
      6 family          stopped in system call 37, kill(...), at do_signal < exit_to_user_work
      5 family          zombie: it has exited, and nobody has waited for it
FAILED: interrupted by SIGTERM"

hang reader crash=hang 8
ends 'before the first program' 1 "  What each task was at when the run was ended:
      1 init            running in the kernel, at crash_hang < first_thread < kthread_main
      3 kswapd0         runnable in the kernel, at ret_from_fork
      2 ide0            sleeping in the kernel, at error_thread < kthread_main < kthread_start
FAILED: hang: not finished after 8 s; last line on the console: # Totals: pass:0 fail:0 skip:0"

hang reader 'crash=panic panic=0' 60
unlike 'a panic says why itself' "$output" 'What each task was at'
is 'a panic: no table of tasks' "$(wc -l <"$out/waiting.csv")" 1
done_testing
