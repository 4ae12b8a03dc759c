/* uts.h - what the system calls itself: uname(), /proc/version, /proc/sys/kernel. */
#ifndef PROC_UTS_H
#define PROC_UTS_H

#define UTS_LEN 65

struct utsname { /* Linux i386 */
	char sysname[UTS_LEN], nodename[UTS_LEN], release[UTS_LEN], version[UTS_LEN],
		machine[UTS_LEN], domainname[UTS_LEN];
};

extern const struct utsname system_utsname; /* sys_misc.c */

#endif
