/* sim_host.c - what needs the C library's own mmap(): its constants and mm/'s do not mix. */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <stdbool.h>
#include "sim_host.h"

bool sim_map_fixed(unsigned long addr, unsigned long len)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;

	return mmap((void *)addr, len, PROT_READ | PROT_WRITE, flags, -1, 0) == (void *)addr;
}
