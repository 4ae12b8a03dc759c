/*
 * fs_syscalls.h - the system calls that kernel/fs implements, for the table in
 * kernel/proc. Each behaves as Linux's i386 call of the name; arguments come in
 * register order. "64-bit halves" stand low word first.
 */
#ifndef FS_FS_SYSCALLS_H
#define FS_FS_SYSCALLS_H

#include "proc/syscall.h"

/* rw.c, sendfile.c */
SYSCALL(read);
SYSCALL(write);
SYSCALL(readv);
SYSCALL(writev);
SYSCALL(pread64);
SYSCALL(pwrite64);
SYSCALL(lseek);
SYSCALL(_llseek);
SYSCALL(sendfile);
SYSCALL(sendfile64);

/* open_calls.c, fdtable.c */
SYSCALL(open);
SYSCALL(openat);
SYSCALL(creat);
SYSCALL(close);
SYSCALL(dup);
SYSCALL(dup2);
SYSCALL(dup3);
SYSCALL(fcntl64);
SYSCALL(ioctl);

/* stat.c, statfs.c */
SYSCALL(stat64);
SYSCALL(lstat64);
SYSCALL(fstat64);
SYSCALL(fstatat64);
SYSCALL(statx);
SYSCALL(statfs64);
SYSCALL(fstatfs64);
SYSCALL(access);
SYSCALL(faccessat);
SYSCALL(faccessat2);
SYSCALL(readlink);
SYSCALL(readlinkat);

/* readdir.c */
SYSCALL(getdents);
SYSCALL(getdents64);

/* dir_calls.c */
SYSCALL(mkdir);
SYSCALL(mkdirat);
SYSCALL(rmdir);
SYSCALL(unlink);
SYSCALL(unlinkat);
SYSCALL(rename);
SYSCALL(renameat);
SYSCALL(renameat2);
SYSCALL(link);
SYSCALL(linkat);
SYSCALL(symlink);
SYSCALL(symlinkat);

/* attr.c */
SYSCALL(truncate);
SYSCALL(truncate64);
SYSCALL(ftruncate);
SYSCALL(ftruncate64);
SYSCALL(chmod);
SYSCALL(fchmod);
SYSCALL(fchmodat);
SYSCALL(chown32);
SYSCALL(lchown32);
SYSCALL(fchown32);
SYSCALL(fchownat);

SYSCALL(utime);
SYSCALL(utimes);
SYSCALL(utimensat);
SYSCALL(utimensat_time64);

/* fs_struct.c */
SYSCALL(umask);
SYSCALL(chdir);
SYSCALL(fchdir);
SYSCALL(getcwd);

/* pipe.c, poll.c, select.c */
SYSCALL(pipe);
SYSCALL(pipe2);
SYSCALL(poll);
SYSCALL(ppoll);
SYSCALL(ppoll_time64);
SYSCALL(select);
SYSCALL(_newselect);
SYSCALL(pselect6);
SYSCALL(pselect6_time64);

/* statfs.c */
SYSCALL(fsync);
SYSCALL(fdatasync);
SYSCALL(sync);
SYSCALL(syncfs);

#endif
