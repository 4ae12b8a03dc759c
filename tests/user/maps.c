/* maps.c - /proc/self/maps has Linux's shape: order, permissions, names, no overlap. */
#include "try.h"
#include <sys/mman.h>

/* Linux shows areas of its own that this kernel need not have. */
static int skipped(const char *name)
{
	return !strcmp(name, "[vdso]") || !strcmp(name, "[vvar]") ||
	       !strcmp(name, "[vvar_vclock]") || !strcmp(name, "[vsyscall]");
}

int main(void)
{
	char line[512], perms[8], name[256];
	unsigned long start, end, offset, last = 0, program_end = 0, bss = 0;
	unsigned char *p =
		mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	FILE *f;

	if (p == MAP_FAILED || mprotect(p + PAGE, PAGE, PROT_READ))
		die("mmap");
	free(malloc(1000)); /* there is a heap */
	f = fopen("/proc/self/maps", "r");
	if (!f)
		die("/proc/self/maps");
	while (fgets(line, sizeof(line), f)) {
		name[0] = '\0';
		if (sscanf(line, "%lx-%lx %7s %lx %*s %*s %255s", &start, &end, perms, &offset,
			   name) < 4)
			printf("odd line: %s", line);
		if (start < last || end <= start)
			printf("overlap: %s", line);
		last = end;
		if (skipped(name))
			continue;
		if (!name[0] && start == program_end) {
			bss = (end - start) / PAGE; /* Linux may or may not join it with the heap */
			continue;
		}
		if (strrchr(name, '/')) {
			program_end = end;
			printf("%s %08lx program %lu pages at %lx\n", perms, offset,
			       (end - start) / PAGE, start);
		} else if (!strcmp(name, "[stack]"))
			printf("%s %s\n", perms, name);
		else if (!strcmp(name, "[heap]"))
			printf("%s BSS and heap %lu pages\n", perms, bss + (end - start) / PAGE);
		else
			printf("%s anonymous %lu pages\n", perms, (end - start) / PAGE);
	}
	fclose(f);
	return 0;
}
