/*
 * syscall_table.c - which function answers which system call number.
 *
 * Numbers are Linux i386's. A gap answers -ENOSYS; the first call of each such
 * number is named on the console, so that a program that needs it can be told
 * from one that only asks.
 */
#include "fs/vfs/fs_syscalls.h"
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "proc/syscall.h"
#include "proc/task.h"

SYSCALL(alarm);
SYSCALL(brk);
SYSCALL(clock_getres);
SYSCALL(clock_getres_time64);
SYSCALL(clock_gettime);
SYSCALL(clock_gettime64);
SYSCALL(clock_nanosleep);
SYSCALL(clock_nanosleep_time64);
SYSCALL(clone);
SYSCALL(clone3);
SYSCALL(execve);
SYSCALL(exit);
SYSCALL(exit_group);
SYSCALL(fork);
SYSCALL(futex);
SYSCALL(futex_time64);
SYSCALL(get_id);
SYSCALL(get_ids);
SYSCALL(get_thread_area);
SYSCALL(getcpu);
SYSCALL(get_mempolicy);
SYSCALL(set_mempolicy);
SYSCALL(getgroups32);
SYSCALL(getitimer);
SYSCALL(getpgid);
SYSCALL(getpgrp);
SYSCALL(getpid);
SYSCALL(getppid);
SYSCALL(getpriority);
SYSCALL(getrandom);
SYSCALL(getrlimit);
SYSCALL(getrusage);
SYSCALL(getsid);
SYSCALL(gettid);
SYSCALL(gettimeofday);
SYSCALL(kill);
SYSCALL(madvise);
SYSCALL(mmap);
SYSCALL(mmap2);
SYSCALL(mprotect);
SYSCALL(munmap);
SYSCALL(nanosleep);
SYSCALL(pause);
SYSCALL(personality);
SYSCALL(prctl);
SYSCALL(prlimit64);
SYSCALL(reboot);
SYSCALL(restart_syscall);
SYSCALL(rseq);
SYSCALL(rt_sigaction);
SYSCALL(rt_sigpending);
SYSCALL(rt_sigprocmask);
SYSCALL(rt_sigqueueinfo);
SYSCALL(rt_sigreturn);
SYSCALL(rt_sigsuspend);
SYSCALL(rt_sigtimedwait);
SYSCALL(rt_sigtimedwait_time64);
SYSCALL(rt_tgsigqueueinfo);
SYSCALL(sched_get_priority_max);
SYSCALL(sched_get_priority_min);
SYSCALL(sched_getaffinity);
SYSCALL(sched_getparam);
SYSCALL(sched_getscheduler);
SYSCALL(sched_rr_get_interval);
SYSCALL(sched_setaffinity);
SYSCALL(sched_setparam);
SYSCALL(sched_setscheduler);
SYSCALL(sched_yield);
SYSCALL(set_id);
SYSCALL(set_robust_list);
SYSCALL(set_thread_area);
SYSCALL(set_three_ids);
SYSCALL(set_tid_address);
SYSCALL(set_two_ids);
SYSCALL(setitimer);
SYSCALL(setpgid);
SYSCALL(setrlimit);
SYSCALL(setsid);
SYSCALL(sigaction);
SYSCALL(sigaltstack);
SYSCALL(signal);
SYSCALL(sigpending);
SYSCALL(sigprocmask);
SYSCALL(sigreturn);
SYSCALL(sigsuspend);
SYSCALL(sysinfo);
SYSCALL(tgkill);
SYSCALL(time);
SYSCALL(times);
SYSCALL(tkill);
SYSCALL(ugetrlimit);
SYSCALL(uname);
SYSCALL(vfork);
SYSCALL(wait4);
SYSCALL(waitid);
SYSCALL(waitpid);

const syscall_fn syscall_table[NR_SYSCALLS] = {
	[0] = sys_restart_syscall,
	[1] = sys_exit,
	[2] = sys_fork,
	[3] = sys_read,
	[4] = sys_write,
	[5] = sys_open,
	[6] = sys_close,
	[7] = sys_waitpid,
	[8] = sys_creat,
	[9] = sys_link,
	[10] = sys_unlink,
	[11] = sys_execve,
	[12] = sys_chdir,
	[13] = sys_time,
	[15] = sys_chmod,
	[19] = sys_lseek,
	[20] = sys_getpid,
	[23] = sys_set_id,
	[24] = sys_get_id,
	[27] = sys_alarm,
	[29] = sys_pause,
	[30] = sys_utime,
	[33] = sys_access,
	[36] = sys_sync,
	[37] = sys_kill,
	[38] = sys_rename,
	[39] = sys_mkdir,
	[40] = sys_rmdir,
	[41] = sys_dup,
	[42] = sys_pipe,
	[43] = sys_times,
	[45] = sys_brk,
	[46] = sys_set_id,
	[47] = sys_get_id,
	[48] = sys_signal,
	[49] = sys_get_id,
	[50] = sys_get_id,
	[54] = sys_ioctl,
	[55] = sys_fcntl64,
	[57] = sys_setpgid,
	[60] = sys_umask,
	[63] = sys_dup2,
	[64] = sys_getppid,
	[65] = sys_getpgrp,
	[66] = sys_setsid,
	[67] = sys_sigaction,
	[70] = sys_set_two_ids,
	[71] = sys_set_two_ids,
	[72] = sys_sigsuspend,
	[73] = sys_sigpending,
	[75] = sys_setrlimit,
	[76] = sys_getrlimit,
	[77] = sys_getrusage,
	[78] = sys_gettimeofday,
	[82] = sys_select,
	[83] = sys_symlink,
	[85] = sys_readlink,
	[88] = sys_reboot,
	[90] = sys_mmap,
	[91] = sys_munmap,
	[92] = sys_truncate,
	[93] = sys_ftruncate,
	[94] = sys_fchmod,
	[96] = sys_getpriority,
	[104] = sys_setitimer,
	[105] = sys_getitimer,
	[114] = sys_wait4,
	[116] = sys_sysinfo,
	[118] = sys_fsync,
	[119] = sys_sigreturn,
	[120] = sys_clone,
	[122] = sys_uname,
	[125] = sys_mprotect,
	[126] = sys_sigprocmask,
	[132] = sys_getpgid,
	[133] = sys_fchdir,
	[136] = sys_personality,
	[140] = sys__llseek,
	[141] = sys_getdents,
	[142] = sys__newselect,
	[145] = sys_readv,
	[146] = sys_writev,
	[147] = sys_getsid,
	[148] = sys_fdatasync,
	[154] = sys_sched_setparam,
	[155] = sys_sched_getparam,
	[156] = sys_sched_setscheduler,
	[157] = sys_sched_getscheduler,
	[158] = sys_sched_yield,
	[159] = sys_sched_get_priority_max,
	[160] = sys_sched_get_priority_min,
	[161] = sys_sched_rr_get_interval,
	[162] = sys_nanosleep,
	[164] = sys_set_three_ids,
	[168] = sys_poll,
	[170] = sys_set_three_ids,
	[172] = sys_prctl,
	[173] = sys_rt_sigreturn,
	[174] = sys_rt_sigaction,
	[175] = sys_rt_sigprocmask,
	[176] = sys_rt_sigpending,
	[177] = sys_rt_sigtimedwait,
	[178] = sys_rt_sigqueueinfo,
	[179] = sys_rt_sigsuspend,
	[180] = sys_pread64,
	[181] = sys_pwrite64,
	[183] = sys_getcwd,
	[186] = sys_sigaltstack,
	[187] = sys_sendfile,
	[190] = sys_vfork,
	[191] = sys_ugetrlimit,
	[192] = sys_mmap2,
	[193] = sys_truncate64,
	[194] = sys_ftruncate64,
	[195] = sys_stat64,
	[196] = sys_lstat64,
	[197] = sys_fstat64,
	[198] = sys_lchown32,
	[199] = sys_get_id,
	[200] = sys_get_id,
	[201] = sys_get_id,
	[202] = sys_get_id,
	[203] = sys_set_two_ids,
	[204] = sys_set_two_ids,
	[205] = sys_getgroups32,
	[207] = sys_fchown32,
	[208] = sys_set_three_ids,
	[209] = sys_get_ids,
	[210] = sys_set_three_ids,
	[211] = sys_get_ids,
	[212] = sys_chown32,
	[213] = sys_set_id,
	[214] = sys_set_id,
	[215] = sys_set_id,
	[216] = sys_set_id,
	[219] = sys_madvise,
	[220] = sys_getdents64,
	[221] = sys_fcntl64,
	[224] = sys_gettid,
	[238] = sys_tkill,
	[239] = sys_sendfile64,
	[240] = sys_futex,
	[241] = sys_sched_setaffinity,
	[242] = sys_sched_getaffinity,
	[243] = sys_set_thread_area,
	[244] = sys_get_thread_area,
	[252] = sys_exit_group,
	[258] = sys_set_tid_address,
	[265] = sys_clock_gettime,
	[266] = sys_clock_getres,
	[267] = sys_clock_nanosleep,
	[268] = sys_statfs64,
	[269] = sys_fstatfs64,
	[270] = sys_tgkill,
	[271] = sys_utimes,
	[275] = sys_get_mempolicy,
	[276] = sys_set_mempolicy,
	[284] = sys_waitid,
	[295] = sys_openat,
	[296] = sys_mkdirat,
	[298] = sys_fchownat,
	[300] = sys_fstatat64,
	[301] = sys_unlinkat,
	[302] = sys_renameat,
	[303] = sys_linkat,
	[304] = sys_symlinkat,
	[305] = sys_readlinkat,
	[306] = sys_fchmodat,
	[307] = sys_faccessat,
	[308] = sys_pselect6,
	[309] = sys_ppoll,
	[311] = sys_set_robust_list,
	[318] = sys_getcpu,
	[320] = sys_utimensat,
	[330] = sys_dup3,
	[331] = sys_pipe2,
	[335] = sys_rt_tgsigqueueinfo,
	[340] = sys_prlimit64,
	[344] = sys_syncfs,
	[353] = sys_renameat2,
	[355] = sys_getrandom,
	[383] = sys_statx,
	[386] = sys_rseq,
	[403] = sys_clock_gettime64,
	[406] = sys_clock_getres_time64,
	[407] = sys_clock_nanosleep_time64,
	[412] = sys_utimensat_time64,
	[413] = sys_pselect6_time64,
	[414] = sys_ppoll_time64,
	[421] = sys_rt_sigtimedwait_time64,
	[422] = sys_futex_time64,
	[435] = sys_clone3,
	[439] = sys_faccessat2,
};

static u32 unknown_calls[NR_SYSCALLS + 1]; /* by number; the last for all beyond the table */

long sys_unknown(u32 nr)
{
	u32 *count = &unknown_calls[nr < NR_SYSCALLS ? nr : NR_SYSCALLS];

	if ((*count)++ == 0)
		pr_info("%s[%d]: system call %u (%s) is not there: ENOSYS\n", current->comm,
			current->pid, nr, syscall_name(nr));
	return -ENOSYS;
}
